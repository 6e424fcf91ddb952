/**
 * Runs a team from the first check to the last file.
 *
 * The story is told here; its parts have files of their own: `preparedRun` (before anything is written), `makePlan`,
 * `Scheduler` (who works when), `runAgent` (one agent from its key to its committed result), `endRun`, `buildReport`.
 */
import { Cause, Duration, Effect, Exit, Random } from "effect"
import type { ActorSystem } from "../../actor/ActorSystem.ts"
import type * as Agent from "../Agent.ts"
import type { DatabaseError } from "../DatabaseError.ts"
import * as Graph from "../Graph.ts"
import * as History from "../History.ts"
import type { InputError } from "../InputError.ts"
import type { Plan } from "../Plan.ts"
import type { Report } from "../Report.ts"
import type { Resources } from "../Resources.ts"
import { ResultCache } from "../ResultCache.ts"
import { type AgentState, NoOutput, RunEvent, type Runnable, type RunOptions, type RunResult } from "../Run.ts"
import * as RunState from "../RunState.ts"
import { RunStore } from "../RunStore.ts"
import * as Scheduler from "../Scheduler.ts"
import type { TeamError } from "../TeamError.ts"
import { Workspace, type WorkspaceError } from "../Workspace.ts"
import * as AgentPool from "./agentPool.ts"
import * as Claims from "./claims.ts"
import { closeKilled } from "./closeKilled.ts"
import type { Control } from "./control.ts"
import { endRun, reportFiles } from "./endRun.ts"
import * as Events from "./events.ts"
import { makePlan } from "./makePlan.ts"
import { modelInKeys } from "./modelInKeys.ts"
import { limitsOf, prepare } from "./preparedRun.ts"
import { runAgent } from "./runAgent.ts"
import * as RunClock from "./runClock.ts"
import { onePathAtATime, type RunContext } from "./runContext.ts"

/** What a run can end with besides a result. All of them come before an agent works. */
export type RunError = InputError | TeamError | DatabaseError | WorkspaceError

/** What a run needs besides what its agents need. */
export type RunNeeds = ResultCache | RunStore | Workspace | ActorSystem

export const runTeam = <A extends Agent.Any>(
  team: Runnable<A>,
  options: RunOptions,
  control: Control
): Effect.Effect<RunResult<A>, RunError, RunNeeds | Agent.Context<A>> =>
  Effect.scoped(
    Effect.gen(function* () {
      const stopBudget = Duration.decode(options.stopBudget ?? "5 seconds")
      const workspace = yield* Workspace
      const runs = yield* RunStore
      const cache = yield* ResultCache
      const { agents: prepared, input } = yield* prepare(team, options.input)
      const limits = yield* limitsOf(team, input, options, (yield* Scheduler.Scheduler).within)
      const agentsAtOnce = limits.agents
      // Asked for one by one they would be waited for one by one, and some ask other programs for their versions.
      yield* Effect.forkScoped(
        Effect.forEach(
          [...prepared.values()].filter((ready) => !ready.isKnown),
          (ready) => Effect.ignore(ready.fingerprint),
          { concurrency: "unbounded", discard: true }
        )
      )
      const inKeys = modelInKeys(options.model, options.baseUrl)
      const measured = yield* History.ofTeam(team)
      const planned = yield* makePlan(team, prepared, { model: inKeys, reuse: options.reuse, measured })
      // The first write to the database: one that cannot be written ends the run before it leaves an output folder behind.
      yield* cache.prune
      yield* workspace.prepare({ team: team.name, force: options.force })

      const clock = yield* RunClock.make
      const runId = options.runId ?? (yield* randomId)
      // Also on the lines that no agent logs.
      yield* Effect.annotateLogsScoped("run.id", runId)
      const run: RunContext<A> = {
        team,
        prepared,
        runId,
        model: options.model,
        modelInKeys: inKeys,
        reuse: options.reuse ?? true,
        clock,
        events: yield* Events.make(clock, options.onEvent, stopBudget),
        control,
        stopBudget,
        services: yield* Effect.context<Workspace | ResultCache | Agent.Context<A>>(),
        atWork: new Map(),
        finished: new Map(),
        claims: Claims.make(Object.fromEntries(Object.values(reportFiles).map((file) => [file, "the run's report"]))),
        oneAtATime: onePathAtATime()
      }
      const pool = yield* AgentPool.ofSystem
      yield* pool.enter(run)
      control.attach({
        stop: (agent) => run.atWork.get(agent)?.attempt?.fence.end("it was cancelled"),
        status: (agent) => statusOf(run, agent)
      })
      yield* closeKilled
      const plan = { ...planned, expectedMs: expected(planned, measured, agentsAtOnce) }
      yield* runs.begin({ runId, team: team.name, startedAt: clock.startedAt, root: workspace.root })
      yield* tellBegun(run, plan, agentsAtOnce)
      return yield* Effect.uninterruptibleMask((restore) =>
        Effect.gen(function* () {
          const exit = yield* Effect.exit(restore(schedule(run, pool, plan, limits)))
          const report = yield* endRun(run, {
            cutOff: Exit.isSuccess(exit) ? undefined : Cause.isInterruptedOnly(exit.cause) ? "interrupted" : "broken",
            makespanMs: yield* clock.elapsed,
            // A database that is locked is waited for, and whoever stops the run meanwhile does not wait as long.
            keep: (report) =>
              restore(runs.end(report)).pipe(
                Effect.catchAllCause((cause) =>
                  Cause.isInterruptedOnly(cause)
                    ? Effect.ignore(Effect.timeout(Effect.interruptible(runs.end(report)), "1 second"))
                    : Effect.failCause(cause)
                )
              )
          })
          yield* restore(run.events.drain)
          // An interrupted or broken run ends as such, once its report is kept.
          if (Exit.isFailure(exit)) return yield* Effect.failCause(exit.cause)
          return resultOf(report, run)
        })
      )
    })
  ).pipe(Effect.withSpan("Team.run", { attributes: { "team.name": team.name } }))

const tellBegun = <A extends Agent.Any>(run: RunContext<A>, plan: Plan, agentsAtOnce: number) =>
  run.events.publish(({ elapsedMs }) =>
    RunEvent.RunStarted({
      at: run.clock.startedAt,
      elapsedMs,
      runId: run.runId,
      team: run.team.name,
      plan,
      agents: run.team.agents.map(({ name, version }) => ({ name, version })),
      agentsAtOnce,
      model: run.model
    })
  )

/** The one place where the scheduler is called: who works when, and what that tells of. */
const schedule = <A extends Agent.Any>(
  run: RunContext<A>,
  pool: AgentPool.AgentPool,
  plan: Plan,
  limits: Resources
) => {
  const weights = new Map(plan.agents.map((each) => [each.name, each.measuredMs ?? each.estimateMs]))
  return Scheduler.run({
    tasks: run.team.agents.map((agent) => ({
      name: agent.name,
      dependsOn: agent.dependsOn,
      optional: agent.optional,
      weight: weights.get(agent.name) ?? 0,
      priority: agent.priority,
      claim: agent.resources
    })),
    atOnce: limits.agents,
    limits,
    execute: (name) => runAgent(run, pool, run.prepared.get(name)!.agent),
    onReady: (agent) => run.events.publish((moment) => RunEvent.AgentReady({ ...moment, agent })),
    onSkipped: (agent, becauseOf) =>
      run.events.publish((moment) => RunEvent.AgentSkipped({ ...moment, agent, becauseOf }))
  })
}

const statusOf = (run: RunContext, name: string): AgentState | undefined => {
  const agent = RunState.agent(run.events.state(), name)
  if (agent === undefined || agent.attempt === 0) return undefined
  const { fraction, incarnation, message, standing } = agent
  const state = run.control.isCancelled(name) ? "cancelled" : standing === "working" ? "working" : "idle"
  return { state, incarnation, message: message === "" ? undefined : message, fraction }
}

/** No run is shorter than its longest path, nor than its work shared among its places. */
const expected = (plan: Plan, measured: ReadonlyMap<string, number>, agentsAtOnce: number): number | undefined => {
  const lengths = new Map(
    plan.agents.map((each) => [each.name, each.decision === "reuse" ? 0 : measured.get(each.name)])
  )
  const lengthOf = (name: string) => lengths.get(name) ?? 0
  if ([...lengths.values()].includes(undefined)) return undefined
  const workMs = plan.agents.reduce((sum, { name }) => sum + lengthOf(name), 0)
  return Math.max(Graph.criticalPath(plan.agents, lengthOf).ms, workMs / agentsAtOnce)
}

const resultOf = <A extends Agent.Any>(report: Report, run: RunContext<A>): RunResult<A> => ({
  runId: report.runId,
  status: report.status,
  report,
  output: <N extends A>(agent: N) =>
    Effect.suspend(() => {
      const finished = run.finished.get(agent.name)
      // `output` was decoded by this agent's own schema, or returned by its own run.
      if (finished !== undefined) return Effect.succeed(finished.output as Agent.Output<N>)
      const told = report.agents.find((each) => each.name === agent.name)
      return new NoOutput({ agent: agent.name, status: told?.status ?? "unknown", reason: told?.reason ?? null })
    })
})

/** 128 random bits from the Random service, so that a test may seed them. */
const randomId = Effect.map(Effect.replicateEffect(Random.nextIntBetween(0, 0x10000), 8), (parts) => {
  const hex = parts.map((part) => part.toString(16).padStart(4, "0"))
  return `${hex[0]}${hex[1]}-${hex[2]}-${hex[3]}-${hex[4]}-${hex[5]}${hex[6]}${hex[7]}`
})
