/**
 * One actor type that a Layer has provided: how to build an incarnation, and which of its actors are there.
 */
import { Context, Effect, Scope } from "effect"
import { ActorContext } from "../ActorContext.ts"
import type { ActorRef } from "../ActorRef.ts"
import type { Mailbox } from "../Mailbox.ts"
import type { Supervision } from "../Supervision.ts"
import type { Sender } from "./attachment.ts"
import type { Cell, Incarnation } from "./cell.ts"

export type Handler = (payload: unknown, context: unknown) => unknown

export class Registration {
  readonly roots = new Map<string, Cell>()

  constructor(
    readonly type: string,
    /** The tags of the protocol; a message names its Rpc by the place in here. */
    readonly tags: ReadonlyArray<string>,
    readonly mailbox: Mailbox,
    readonly supervision: Supervision,
    /** Needs what `context` gives. */
    readonly build: Effect.Effect<Readonly<Record<string, unknown>>, unknown>,
    private readonly services: Context.Context<never>,
    private readonly refOf: (cell: Cell) => ActorRef.Any
  ) {}

  /** What `build` and handlers run with: the Layer's services, the incarnation's scope, and who they are. */
  context(incarnation: Incarnation, sender: Sender): Context.Context<never> {
    const cell = incarnation.cell
    const self: ActorContext["Type"] & { readonly sender: Sender } = {
      self: this.refOf(cell),
      address: cell.address,
      id: cell.id,
      incarnation: incarnation.number,
      stop: stopSelf(cell),
      sender
    }
    return this.services.pipe(Context.add(ActorContext, self), Context.add(Scope.Scope, incarnation.scope!))
  }

  /** The handler record as an array in the order of `tags`. */
  table(handlers: Readonly<Record<string, unknown>>): ReadonlyArray<Handler> {
    return this.tags.map((tag) => handlers[tag] as Handler)
  }

  isRoot(cell: Cell): boolean {
    return this.roots.get(cell.id) === cell
  }

  forget(cell: Cell): void {
    if (this.isRoot(cell)) this.roots.delete(cell.id)
  }
}

const stopSelf = (cell: Cell): Effect.Effect<void> => Effect.sync(() => cell.stop(() => {}))
