/**
 * Who there is, by type and by tag. A list is made once and given again until something changes.
 */
import type { ActorRef } from "../ActorRef.ts"
import type { Cell } from "./cell.ts"
import type { LocalRef } from "./localRef.ts"
import type { Registration } from "./localSystem.ts"

const nobody: ReadonlyArray<never> = []

export class Listings {
  private readonly typesByTag = new Map<string | undefined, ReadonlyArray<string>>()
  private readonly rootsByTag = new Map<string, ReadonlyArray<ActorRef.Any>>()
  private readonly idsByType = new WeakMap<ReadonlyArray<Cell>, ReadonlyArray<string>>()
  private readonly refsByType = new WeakMap<ReadonlyArray<Cell>, ReadonlyArray<ActorRef.Any>>()

  constructor(
    private readonly registrations: ReadonlyMap<string, Registration>,
    private readonly refTo: (cell: Cell, registration: Registration) => LocalRef
  ) {}

  typesChanged(): void {
    this.typesByTag.clear()
    this.rootsByTag.clear()
  }

  rootsChanged(): void {
    if (this.rootsByTag.size > 0) this.rootsByTag.clear()
  }

  types(tag: string | undefined): ReadonlyArray<string> {
    const known = this.typesByTag.get(tag)
    if (known !== undefined) return known
    const types = [...this.having(tag)].map(({ definition }) => definition.type)
    // Tags that no type has are not kept: there is no end to them.
    if (types.length > 0) this.typesByTag.set(tag, types)
    return types
  }

  ids(type: string): ReadonlyArray<string> {
    const roots = this.registrations.get(type)?.residents.list() ?? nobody
    return listed(this.idsByType, roots, ({ id }) => id)
  }

  tagged(tag: string): ReadonlyArray<ActorRef.Any> {
    const known = this.rootsByTag.get(tag)
    if (known !== undefined) return known
    const having = [...this.having(tag)]
    const refs = having.flatMap((registration) =>
      listed(
        this.refsByType,
        registration.residents.list(),
        // The same value; the public type knows `ask` and `tell` by the protocol.
        (cell) => this.refTo(cell, registration) as unknown as ActorRef.Any
      )
    )
    if (having.length > 0) this.rootsByTag.set(tag, refs)
    return refs
  }

  private *having(tag: string | undefined): Iterable<Registration> {
    for (const registration of this.registrations.values()) {
      if (tag === undefined || registration.behavior.tags.includes(tag)) yield registration
    }
  }
}

/** What is made of a list of roots, for as long as that list holds. */
const listed = <A>(
  known: WeakMap<ReadonlyArray<Cell>, ReadonlyArray<A>>,
  roots: ReadonlyArray<Cell>,
  make: (cell: Cell) => A
): ReadonlyArray<A> => {
  let list = known.get(roots)
  if (list === undefined) {
    list = roots.map(make)
    known.set(roots, list)
  }
  return list
}
