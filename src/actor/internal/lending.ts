/**
 * The database transaction that an asker is in, as its handler has it: until the ask has settled, and not a statement longer.
 *
 * The asker waits and holds the connection, so that the handler could only wait for it in turn. It works in the same
 * transaction instead. A transaction ends when its asker goes on, and what a handler then sent over its connection would be
 * in none, or in the next one; so the connection is lent by a copy that looks first. What was sent before is ahead of the
 * asker's own rollback on that connection, and is undone with it: nobody has to wait for the handler to end.
 */
import { Context, Effect, FiberId, FiberRef, FiberRefs, Stream } from "effect"

/** Services of the asker, by their keys. */
export type Lent = ReadonlyMap<string, unknown>

/** What may be lent of these services; `ended` is asked before each use, and gives the defect that it meets. */
export const lent = (
  services: ReadonlyMap<string, unknown>,
  keys: ReadonlyArray<string>,
  ended: () => unknown
): Lent | undefined => {
  let found: Map<string, unknown> | undefined
  for (const key of keys) {
    const service = services.get(key)
    if (service === undefined) continue
    found ??= new Map()
    found.set(key, guarded(service, ended))
  }
  return found
}

/** A context with what was lent. */
export const lendTo = (context: Context.Context<never>, services: Lent): Context.Context<never> =>
  Context.unsafeMake(new Map([...context.unsafeMap, ...services]))

/** The FiberRefs of a handler with what was lent. */
export const lendToRefs = (refs: FiberRefs.FiberRefs, services: Lent): FiberRefs.FiberRefs =>
  FiberRefs.updateAs(refs, {
    fiberId: FiberId.none,
    fiberRef: FiberRef.currentContext,
    value: lendTo(FiberRefs.getOrDefault(refs, FiberRef.currentContext), services)
  })

/** The same service, of which every Effect and Stream, its own and those that its methods give, looks first. */
const guarded = (service: unknown, ended: () => unknown): unknown => {
  if (Array.isArray(service)) return service.map((part) => guarded(part, ended))
  if (typeof service !== "object" || service === null) return service
  // Not of the service itself: a frozen one must be shown as it is.
  return new Proxy(Object.create(Object.getPrototypeOf(service)) as object, {
    get: (_, name) => {
      const member: unknown = Reflect.get(service, name)
      return typeof member === "function"
        ? (...args: ReadonlyArray<unknown>) => checked(Reflect.apply(member, service, args), ended)
        : checked(member, ended)
    },
    has: (_, name) => name in service
  })
}

const checked = (made: unknown, ended: () => unknown): unknown => {
  const look = <A>(otherwise: A, die: (defect: unknown) => A): A => {
    const defect = ended()
    return defect === undefined ? otherwise : die(defect)
  }
  if (isStream(made)) return Stream.suspend(() => look<Stream.Stream<unknown, unknown>>(made, Stream.die))
  return Effect.isEffect(made)
    ? Effect.suspend(() => look<Effect.Effect<unknown, unknown>>(made as Effect.Effect<unknown, unknown>, Effect.die))
    : made
}

const isStream = (made: unknown): made is Stream.Stream<unknown, unknown> =>
  typeof made === "object" && made !== null && Stream.StreamTypeId in made
