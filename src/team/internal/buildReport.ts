/** From the state of a run to the report that people read: sums, the critical path, the efficiency. */
import * as Graph from "../Graph.ts"
import { AgentReport, type AgentStatus, Report, type RunStatus, Tokens } from "../Report.ts"
import * as RunState from "../RunState.ts"

/** What kept a run from its end: somebody stopped it, or a defect broke it. */
export type CutOff = "interrupted" | "broken"

/** Why an agent was cancelled that the run itself has stopped. */
export const reasonOf: Readonly<Record<CutOff, string>> = {
  interrupted: "the run was interrupted",
  broken: "a defect broke the run off"
}

/** Made of what types say already; the report is checked where it is written. */
const asTyped = { disableValidation: true }

/** `makespanMs`: how long the run has worked. */
export const buildReport = (state: RunState.RunState, makespanMs: number, cutOff: CutOff | undefined): Report => {
  const agents = RunState.agentsAsDefined(state).map(agentReport)
  const workOf = new Map(agents.map((agent) => [agent.name, agent.workMs ?? 0]))
  const workMs = sum([...workOf.values()])
  const worked = agents.some((agent) => agent.attempts.length > 0)
  // Whoever neither worked nor was reused held nobody up: a chain through it was never walked.
  const taken = agents.filter((agent) => agent.attempts.length > 0 || agent.status === "reused")
  const names = new Set(taken.map((agent) => agent.name))
  const path = Graph.criticalPath(
    taken.map(({ dependsOn, name }) => ({ name, dependsOn: dependsOn.filter((other) => names.has(other)) })),
    (name) => workOf.get(name) ?? 0
  )
  const count = (status: AgentStatus) => agents.filter((agent) => agent.status === status).length
  const counts = {
    done: count("done"),
    reused: count("reused"),
    failed: count("failed"),
    skipped: count("skipped"),
    notVerified: count("notVerified"),
    cancelled: count("cancelled")
  }
  const tokens = agents.flatMap((agent) => (agent.tokens === null ? [] : [agent.tokens]))
  const report = {
    format: 1 as const,
    runId: state.runId,
    team: state.team,
    status: statusOf(counts, state, cutOff),
    startedAt: state.startedAt,
    endedAt: state.startedAt + Math.round(makespanMs),
    makespanMs: makespanMs,
    agentsAtOnce: state.agentsAtOnce,
    model: state.model,
    agents,
    counts,
    workMs: round(workMs),
    criticalPath: { agents: path.agents, ms: round(path.ms) },
    parallelEfficiency:
      worked && taken.length === agents.length && makespanMs > 0
        ? round(Math.max(path.ms, workMs / state.agentsAtOnce) / makespanMs)
        : null,
    tokens: tokens.length === 0 ? null : Tokens.sum(tokens),
    notes: state.notes
  }
  return Report.make(report, asTyped)
}

const agentReport = (agent: RunState.AgentInRun): AgentReport => {
  const { attempts, becauseOf, dependsOn, estimateMs, files, key, name, readyMs, reason, reusedFrom } = agent
  const { standing, startedMs, tokens, version } = agent
  // Whoever never had a place has no time of its own.
  const endedMs = startedMs === null ? null : agent.endedMs
  const report = {
    name,
    version,
    dependsOn,
    status: statuses[standing],
    reason,
    becauseOf,
    estimateMs,
    readyMs,
    startedMs,
    endedMs,
    waitMs: difference(startedMs, readyMs),
    workMs: difference(endedMs, startedMs),
    attempts,
    key,
    reusedFrom,
    files: [...files].sort(),
    tokens
  }
  return AgentReport.make(report, asTyped)
}

/** Every agent has ended by then; one that has not would not have come to a result. */
const statuses: Readonly<Record<RunState.Standing, AgentStatus>> = {
  waiting: "cancelled",
  ready: "cancelled",
  working: "cancelled",
  retrying: "cancelled",
  done: "done",
  reused: "reused",
  failed: "failed",
  notVerified: "notVerified",
  skipped: "skipped",
  cancelled: "cancelled"
}

const statusOf = (counts: Report["counts"], { unkept }: RunState.RunState, cutOff: CutOff | undefined): RunStatus => {
  if (cutOff === "interrupted") return "cancelled"
  if (cutOff === "broken" || counts.failed > 0) return "failed"
  return unkept || counts.notVerified + counts.cancelled + counts.skipped > 0 ? "partial" : "done"
}

const difference = (later: number | null, earlier: number | null) =>
  later === null || earlier === null ? null : round(later - earlier)

const round = (value: number) => Math.round(value * 1000) / 1000

const sum = (values: ReadonlyArray<number>) => values.reduce((total, value) => total + value, 0)
