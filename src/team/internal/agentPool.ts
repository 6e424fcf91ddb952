/**
 * The agents' actors of one system, used again and again, and the runs that they work for.
 *
 * The type of these actors is registered once a system, by its first run, and stays. An actor is taken for one agent of one
 * run, for all of its attempts, and given back after the last; the next agent, of whatever run, takes it. Since it keeps
 * nothing between two messages, one kind fits every agent, and there are never more than agents at work at the same time.
 *
 * - One that has crashed is not given to anybody else: it is stopped, so that each agent begins with all its restarts.
 * - One whose agent was interrupted is stopped by the end of the run, which waits for what still works in it.
 * - Of those that have nothing to do `maxIdle` are kept; they hold no timer, and end with the system.
 *
 * A run is known from `enter` until its scope closes. A nested run, begun by an agent at work, takes actors of its own.
 */
import { Cause, Context, Data, Deferred, Effect, Exit, FiberId, GlobalValue, Scope } from "effect"
import { ActorSystem } from "../../actor/ActorSystem.ts"
import * as AgentActor from "./agentActor.ts"
import type { Tried } from "./oneAttempt.ts"
import type { RunContext } from "./runContext.ts"

/** Actors without work that a system keeps: more than two runs of the largest profile have at work. */
const maxIdle = 32

/** The work met a defect: the actor crashed with it. */
export class AgentCrashed extends Data.TaggedError("AgentCrashed")<{ readonly cause: Cause.Cause<unknown> }> {}

/** Asks for one attempt and waits for as long as it takes. */
export type Ask = (attempt: number) => Effect.Effect<Tried, AgentCrashed>

export interface AgentPool {
  /** Makes a run known to the actors until the scope closes. Two runs of one id at the same time are a defect. */
  readonly enter: (run: RunContext) => Effect.Effect<void, never, Scope.Scope>
  /** Has an actor for one agent of a run. */
  readonly withActor: <A, E, R>(
    run: RunContext,
    agent: string,
    use: (ask: Ask) => Effect.Effect<A, E, R>
  ) => Effect.Effect<A, E, R>
}

interface Pooled {
  readonly ref: AgentActor.AgentActor
  hasCrashed: boolean
}

interface Entered {
  readonly run: RunContext
  readonly taken: Set<Pooled>
}

/** The pool of the system at hand. */
export const ofSystem: Effect.Effect<AgentPool, never, ActorSystem> = Effect.flatMap(ActorSystem, (system) => {
  const known = pools.get(system)
  if (known !== undefined) return Deferred.await(known)
  const pool = Deferred.unsafeMake<AgentPool>(FiberId.none)
  pools.set(system, pool)
  return make(system).pipe(
    Effect.onError(() => Effect.sync(() => pools.delete(system))),
    Effect.intoDeferred(pool),
    Effect.uninterruptible,
    Effect.zipRight(Deferred.await(pool))
  )
})

/** A pool belongs to its system and goes with it; two copies of this module in one process find the same. */
const pools = GlobalValue.globalValue(
  "troupe/AgentPool",
  () => new WeakMap<ActorSystem["Type"], Deferred.Deferred<AgentPool>>()
)

const make = (system: ActorSystem["Type"]): Effect.Effect<AgentPool> =>
  Effect.gen(function* () {
    const runs = new Map<string, Entered>()
    const idle: Array<Pooled> = []
    let made = 0

    // Of the first run nothing may be kept: only the system, and a scope that stays open, since the system stops its actors.
    const scope = yield* Scope.make()
    const client = yield* Effect.mapInputContext(
      AgentActor.register(({ agent, attempt: number, run: runId }) => {
        const run = runs.get(runId)?.run
        const work = run?.atWork.get(agent)
        const attempt = work?.attempt
        // Of a message that comes twice the second finds the attempt begun.
        const isMeant = attempt?.fence.attempt === number && attempt.incarnation === 0
        return run && work && attempt && isMeant ? { run, work, attempt } : undefined
      }),
      (_: Context.Context<never>) => Context.make(ActorSystem, system).pipe(Context.add(Scope.Scope, scope))
    )

    // Outside of its own actors nobody waits for them.
    const stop = ({ ref }: Pooled) => Effect.ignore(system.stop(ref))
    const giveBack = (pooled: Pooled) =>
      Effect.suspend(() => {
        if (pooled.hasCrashed || idle.length >= maxIdle) return stop(pooled)
        idle.push(pooled)
        return Effect.void
      })

    return {
      enter: (run) =>
        Effect.acquireRelease(
          Effect.suspend(() => {
            if (runs.has(run.runId)) {
              return Effect.dieMessage(`A run "${run.runId}" is under way in this system: give each its own \`runId\`.`)
            }
            const entered: Entered = { run, taken: new Set() }
            runs.set(run.runId, entered)
            return Effect.succeed(entered)
          }),
          ({ taken }) =>
            Effect.zipRight(
              Effect.forEach(taken, stop, { concurrency: "unbounded", discard: true }),
              Effect.sync(() => runs.delete(run.runId))
            )
        ),
      withActor: (run, agent, use) =>
        Effect.suspend(() => {
          const { taken } = runs.get(run.runId)!
          const pooled = idle.pop() ?? { ref: client(String(++made)), hasCrashed: false }
          taken.add(pooled)
          const ask: Ask = (attempt) =>
            Effect.mapError(pooled.ref.ask.Work({ run: run.runId, agent, attempt }), (error) => {
              pooled.hasCrashed = true
              return new AgentCrashed({ cause: causeOf(error) })
            })
          return Effect.onExit(use(ask), (exit) => {
            if (Exit.isFailure(exit)) return Effect.void
            taken.delete(pooled)
            return giveBack(pooled)
          })
        })
    }
  })

/** The crash itself, where the delivery error carries one. */
const causeOf = (error: { readonly _tag: string; readonly cause?: unknown }): Cause.Cause<unknown> =>
  Cause.isCause(error.cause) ? error.cause : Cause.fail(error)
