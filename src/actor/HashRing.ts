/**
 * Which member answers for a key, so that adding or removing a member moves only that member's share of the keys.
 *
 * The ring is Effect's own. What is added is spread: Effect's string hash keeps short and similar strings side by side
 * (all of "0" to "999" fall on one of ten members), so names and keys are mixed before the ring sees them. With 128
 * points each, of up to 20 members none gets more than some 1.3 times its share.
 *
 * A ring is changed in place and belongs to whoever made it.
 *
 * @since 0.1.0
 */
import * as EffectHashRing from "effect/HashRing"
import * as PrimaryKey from "effect/PrimaryKey"

/** The members, and where on the ring they stand. @category models */
export interface HashRing<A> {
  /** The members by name, in order of arrival. */
  readonly members: ReadonlyMap<string, A>
  /** Of spread names; to be changed by this module only. */
  readonly ring: EffectHashRing.HashRing<Point<A>>
}

/** A member as Effect's ring knows it. @category models */
export interface Point<A> extends PrimaryKey.PrimaryKey {
  readonly member: A
}

/** An empty ring. @category constructors */
export const make = <A>(): HashRing<A> => ({ members: new Map(), ring: EffectHashRing.make() })

/**
 * Adds a member under a name. Keys move to it, and none between the others. A name that is there already keeps its member.
 *
 * @category combinators
 */
export const add = <A>(self: HashRing<A>, name: string, member: A): void => {
  if (self.members.has(name)) return // Read-only to everybody but this module, here and in `remove`.
  ;(self.members as Map<string, A>).set(name, member)
  EffectHashRing.add(self.ring, point(name, member))
}

/** Takes a member out. Its keys spread over the others, and no other key moves. @category combinators */
export const remove = <A>(self: HashRing<A>, name: string): void => {
  if (!self.members.has(name)) return
  // Found by its name; the cast is to the type the entry was put in with.
  EffectHashRing.remove(self.ring, point(name, self.members.get(name) as A))
  ;(self.members as Map<string, A>).delete(name)
}

/**
 * The member that answers for a key; `undefined` if there is none. Members that `isOut` names are passed over: the keys of
 * one that is out are spread over the others while it is, and come back to it afterwards.
 *
 * @category combinators
 */
export const get = <A>(self: HashRing<A>, key: string, isOut?: (member: A) => boolean): A | undefined => {
  const owner = EffectHashRing.get(self.ring, spread(key))?.member
  if (owner === undefined || isOut === undefined || !isOut(owner)) return owner
  // Other points of the ring, always the same ones for the same key. With half of the members out, 16 looks miss all the
  // others once in 65,000 keys; such a key falls to the first member that is in.
  for (let look = 1; look <= 16; look++) {
    const member = EffectHashRing.get(self.ring, spread(`${key}#${look}`))!.member
    if (!isOut(member)) return member
  }
  for (const member of self.members.values()) if (!isOut(member)) return member
  return undefined
}

// The name stays part of it: two names may have one hash.
const point = <A>(name: string, member: A): Point<A> => ({
  member,
  [PrimaryKey.symbol]: () => `${spread(name)}${name}`
})

/** FNV-1a with the finalizer of MurmurHash3, as eight hexadecimal digits. */
const spread = (text: string): string => {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return ((hash ^ (hash >>> 16)) >>> 0).toString(16).padStart(8, "0")
}
