/**
 * Changes on their way from actors to observers. While nobody looks on, a change costs one look at a boolean.
 */
import { Effect, PubSub, Stream } from "effect"
import type { ActorChange, Event } from "../ActorChange.ts"

interface Changed {
  readonly address: string
  readonly type: string
  readonly id: string
}

export class Changes {
  /** Whether anybody looks on. */
  isObserved = false
  private observers = 0
  private sequence = 0

  constructor(
    /** A sliding one: an observer that is slow loses the oldest, and holds up nobody. */
    private readonly hub: PubSub.PubSub<ActorChange>,
    private readonly now: () => number
  ) {}

  publish({ address, id, type }: Changed, event: Event): void {
    const change = { sequence: ++this.sequence, atMillis: this.now(), address, type, id, event }
    Effect.runSync(PubSub.publish(this.hub, change))
  }

  get stream(): Stream.Stream<ActorChange> {
    const subscribed = Effect.zipRight(this.observing, PubSub.subscribe(this.hub))
    return Stream.unwrapScoped(Effect.map(subscribed, (queue) => Stream.fromQueue(queue)))
  }

  private get observing() {
    return Effect.acquireRelease(
      Effect.sync(() => this.count(1)),
      () => Effect.sync(() => this.count(-1))
    )
  }

  private count(by: number): void {
    this.observers += by
    this.isObserved = this.observers > 0
  }
}
