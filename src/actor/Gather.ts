/**
 * Asking many actors at once and collecting all their answers.
 *
 * ```ts
 * const exits = yield* Gather.all(counters.map((counter) => counter.ask.Total()))
 * ```
 *
 * `Effect.all` does the same with a fiber for each ask, which costs more than most asks. Here the asker's own fiber sends
 * them all and waits for all: nobody's failure ends the others, and answers stand in the order of the asks.
 *
 * @since 0.1.0
 */
import { Effect, Exit } from "effect"
import type { FairScheduler } from "./FairScheduler.ts"
import { asyncHere } from "./internal/asyncHere.ts"
import { Awaited } from "./internal/attachment.ts"
import { UnsentAsk } from "./internal/localRef.ts"

/**
 * Sends all asks, in their order, before it waits for the first answer, and gives how each ended, in the same order. Each
 * ask has its own deadline; if the gathering fiber is interrupted, all that were not begun are withdrawn. Between two
 * asks the event loop has its turn when the scheduler's budget is spent; where other work spends the next one before, the
 * rest is sent without pauses. Effects that are no asks of this process, and asks with `Delivery.InterruptWithAsker`, run
 * in a fiber each, after the others were sent.
 *
 * @category combinators
 */
export const all = <A, E = never, R = never>(
  asks: ReadonlyArray<Effect.Effect<A, E, R>>
): Effect.Effect<ReadonlyArray<Exit.Exit<A, E>>, never, R> =>
  Effect.suspend(() => {
    const exits = new Array<Exit.Exit<A, E>>(asks.length)
    const others: Array<number> = []
    const cleanUps: Array<() => void> = []
    let next = 0
    let left = 0
    let wake: (() => void) | undefined
    let leavesTurns = true

    /** Sends until all are sent, or gives the scheduler that waits for its turn. */
    const send = (): FairScheduler | undefined => {
      while (next < asks.length) {
        const i = next++
        const ask = asks[i]!
        const sent: Effect.Effect<unknown, unknown, unknown> = ask instanceof UnsentAsk ? ask.commit() : ask
        // What an ask gives is what its type says; `commit` only does not know it.
        if (Exit.isExit(sent)) exits[i] = sent as Exit.Exit<A, E>
        else if (sent instanceof Awaited) {
          left++
          cleanUps.push(
            sent.begin((exit) => {
              exits[i] = exit as Exit.Exit<A, E>
              if (--left === 0) wake?.()
            })
          )
          const { spentScheduler } = sent
          if (leavesTurns && spentScheduler !== undefined) return spentScheduler
        } else others.push(i)
      }
      return undefined
    }
    const withdraw = Effect.sync(() => {
      for (const cleanUp of cleanUps.splice(0)) cleanUp()
    })
    const answered = asyncHere<void>((resume) => {
      if (left === 0) return resume(Exit.void)
      wake = () => resume(Exit.void)
      return withdraw
    })
    const keep = (i: number) => (exit: Exit.Exit<A, E>) => {
      exits[i] = exit
    }
    const collect = (): Effect.Effect<ReadonlyArray<Exit.Exit<A, E>>, never, R> => {
      if (others.length === 0) return left === 0 ? Effect.succeed(exits) : Effect.as(answered, exits)
      const run = Effect.forEach(others, (i) => Effect.map(Effect.exit(asks[i]!), keep(i)), {
        concurrency: "unbounded",
        discard: true
      })
      return Effect.as(Effect.zip(answered, run, { concurrent: true }), exits)
    }
    // In the fiber on whose behalf the asks are sent; what is only suspended may be looked into without one.
    const sendAndCollect: Effect.Effect<ReadonlyArray<Exit.Exit<A, E>>, never, R> = Effect.withFiberRuntime(() => {
      const waiting = send()
      // An ask that is queued costs several times as much as one that is answered at once, after the turn.
      return waiting === undefined
        ? collect()
        : Effect.onInterrupt(Effect.zipRight(turnOf(waiting), afterTurn(waiting)), () => withdraw)
    })
    const afterTurn = (scheduler: FairScheduler) =>
      Effect.suspend(() => {
        // The others alone spend its budget: one ask a turn would take for ever, so the rest is queued among theirs.
        if (scheduler.isBudgetSpent) leavesTurns = false
        return sendAndCollect
      })
    return sendAndCollect
  })

const turnOf = (scheduler: FairScheduler) =>
  Effect.async<void>((resume) => scheduler.scheduleTask(() => resume(Exit.void), 0))
