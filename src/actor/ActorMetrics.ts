/**
 * What the actors of a system do, as Effect metrics, which whatever exports those sends on.
 *
 * A sample is taken now and then: messages pay nothing for it. Every series is made once for each type of actor, never for
 * single actors, so that their number is bounded by the program and not by its load. Counters never go down, also when
 * actors end and types come and go.
 *
 * ```ts
 * const Live = ActorMetrics.layer().pipe(Layer.provideMerge(ActorSystem.layer()))
 * ```
 *
 * @since 0.1.0
 */
import { type Duration, Effect, Layer, Metric, Schedule } from "effect"
import type { TypeTotals } from "./ActorSnapshot.ts"
import { ActorSystem, LocalActorSystem } from "./ActorSystem.ts"
import { DeadLetters } from "./DeadLetters.ts"
import { durationMillis } from "./Ranges.ts"

/** Actors that there are, roots and children. Labels: `system`, `actor_type`. @category metrics */
export const actors = Metric.gauge("troupe_actors", { description: "Actors that there are" })

/** Messages that wait. Labels: `system`, `actor_type`, `lane`. @category metrics */
export const mailboxDepth = Metric.gauge("troupe_mailbox_depth", { description: "Messages that wait in mailboxes" })

/** Age of the oldest message that waits. Labels: `system`, `actor_type`. @category metrics */
export const mailboxOldest = Metric.gauge("troupe_mailbox_oldest_millis", {
  description: "For how long the oldest message has waited"
})

/** Senders that wait for room in a full mailbox. Labels: `system`, `actor_type`. @category metrics */
export const waitingSenders = Metric.gauge("troupe_mailbox_waiting_senders", {
  description: "Senders that wait for room in a mailbox"
})

/** Messages that a handler settled. Labels: `system`, `actor_type`, `outcome`: `handled` or `failed`. @category metrics */
export const messages = Metric.counter("troupe_messages_total", {
  description: "Messages that were handled, or whose handler failed",
  incremental: true
})

/** Restarts by supervision, whatever they were for. Labels: `system`, `actor_type`. @category metrics */
export const restarts = Metric.counter("troupe_actor_restarts_total", {
  description: "Restarts of actors by their supervision",
  incremental: true
})

/** Messages that nobody handled. Labels: `system`, `reason`: one of `DeadLetters.Reason`. @category metrics */
export const deadLetters = Metric.counter("troupe_dead_letters_total", {
  description: "Messages that nobody handled",
  incremental: true
})

/** What `layer` may be given. @category models */
export interface Options {
  /** Between two samples. Default `10 seconds`; more than zero, else a `RangeError`. */
  readonly every?: Duration.DurationInput | undefined
}

/**
 * Samples the system it is built with: at once, at each interval, and once more when it is closed. `actor_type` is the
 * `spanName` of a type, which is its name unless set.
 *
 * @category layers
 */
export const layer = (options?: Options): Layer.Layer<never, never, ActorSystem | LocalActorSystem | DeadLetters> => {
  const everyMillis = durationMillis("every", options?.every ?? "10 seconds", "more than zero")
  return Layer.scopedDiscard(
    Effect.gen(function* () {
      const { name } = yield* ActorSystem
      const local = yield* LocalActorSystem
      const letters = yield* DeadLetters
      const series = new Series(name)
      const sample = Effect.gen(function* () {
        for (const totals of yield* local.totals) yield* series.ofType(totals)
        yield* series.ofDeadLetters(yield* letters.counts)
      })
      yield* Effect.addFinalizer(() => sample)
      yield* Effect.forkScoped(Effect.repeat(sample, { schedule: Schedule.spaced(everyMillis) }))
    })
  )
}

/** The series of one system, each made when it is first needed. */
class Series {
  private readonly types = new Map<string, (totals: TypeTotals) => Effect.Effect<void>>()
  private readonly reasons = new Map<string, Sum>()

  constructor(private readonly system: string) {}

  ofType(totals: TypeTotals): Effect.Effect<void> {
    let sample = this.types.get(totals.type)
    if (sample === undefined) {
      sample = this.samplerOf(totals.type)
      this.types.set(totals.type, sample)
    }
    return sample(totals)
  }

  ofDeadLetters(counts: Readonly<Record<string, number>>): Effect.Effect<void> {
    return Effect.forEach(
      Object.entries(counts),
      ([reason, count]) => {
        let sum = this.reasons.get(reason)
        if (sum === undefined) {
          sum = new Sum(labelled(deadLetters, { system: this.system, reason }))
          this.reasons.set(reason, sum)
        }
        return sum.reach(count)
      },
      { discard: true }
    )
  }

  private samplerOf(actor_type: string): (totals: TypeTotals) => Effect.Effect<void> {
    const labels = { system: this.system, actor_type }
    const living = labelled(actors, labels)
    const depths = (["high", "normal", "low"] as const).map(
      (lane) => [lane, labelled(mailboxDepth, { ...labels, lane })] as const
    )
    const oldest = labelled(mailboxOldest, labels)
    const senders = labelled(waitingSenders, labels)
    const handled = new Sum(labelled(messages, { ...labels, outcome: "handled" }))
    const failed = new Sum(labelled(messages, { ...labels, outcome: "failed" }))
    const restarted = new Sum(labelled(restarts, labels))
    return (totals) =>
      Effect.all(
        [
          Metric.update(living, totals.actors),
          ...depths.map(([lane, depth]) => Metric.update(depth, totals.lanes[lane])),
          Metric.update(oldest, totals.oldestMillis),
          Metric.update(senders, totals.waitingSenders),
          handled.reach(totals.handled),
          failed.reach(totals.failed),
          restarted.reach(totals.restarts)
        ],
        { discard: true }
      )
  }
}

/** A counter that is told sums. */
class Sum {
  private reached = 0

  constructor(private readonly counter: Metric.Metric.Counter<number>) {}

  reach(sum: number): Effect.Effect<void> {
    const more = sum - this.reached
    this.reached = sum
    return Metric.update(this.counter, more)
  }
}

const labelled = <Type, Out>(
  metric: Metric.Metric<Type, number, Out>,
  labels: Readonly<Record<string, string>>
): Metric.Metric<Type, number, Out> =>
  Object.entries(labels).reduce((labelled, [key, value]) => Metric.tagged(labelled, key, value), metric)
