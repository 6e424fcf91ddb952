/** From what was recorded while a run worked to the report that people read: sums, the critical path, the efficiency. */
import { Duration } from "effect"
import * as Graph from "../Graph.ts"
import { AgentReport, type AgentStatus, type Attempt, Report, type RunStatus, Tokens } from "../Report.ts"

/** What is known about one agent. Filled in as it happens; times are milliseconds since the run began. */
export interface AgentRecord {
  status: AgentStatus | undefined
  reason: string | null
  becauseOf: string | null
  readyMs: number | null
  startedMs: number | null
  endedMs: number | null
  readonly attempts: Array<Attempt>
  key: string | null
  reusedFrom: string | null
  files: ReadonlyArray<string>
  tokens: Tokens | null
}

/** The record of an agent of which nothing is known yet. */
export const emptyRecord = (): AgentRecord => ({
  status: undefined,
  reason: null,
  becauseOf: null,
  readyMs: null,
  startedMs: null,
  endedMs: null,
  attempts: [],
  key: null,
  reusedFrom: null,
  files: [],
  tokens: null
})

export interface Measured {
  readonly runId: string
  readonly team: string
  readonly agents: ReadonlyArray<Graph.Node & { readonly version: string; readonly estimate: Duration.Duration }>
  readonly records: ReadonlyMap<string, AgentRecord>
  readonly startedAt: number
  readonly makespanMs: number
  readonly agentsAtOnce: number
  readonly model: string | undefined
  /** What kept the run from its end: somebody stopped it, or a defect broke it. */
  readonly cutOff: "interrupted" | "broken" | undefined
  /** Whether something that the run made or says could not be kept; a note says what. */
  readonly unkept: boolean
  readonly notes: ReadonlyArray<string>
}

export const buildReport = (measured: Measured): Report => {
  const agents = measured.agents.map((agent) => agentReport(agent, measured))
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
  return Report.make({
    format: 1,
    runId: measured.runId,
    team: measured.team,
    status: statusOf(counts, measured),
    startedAt: measured.startedAt,
    endedAt: measured.startedAt + Math.round(measured.makespanMs),
    makespanMs: measured.makespanMs,
    agentsAtOnce: measured.agentsAtOnce,
    model: measured.model ?? null,
    agents,
    counts,
    workMs: round(workMs),
    criticalPath: { agents: path.agents, ms: round(path.ms) },
    parallelEfficiency:
      worked && taken.length === agents.length && measured.makespanMs > 0
        ? round(Math.max(path.ms, workMs / measured.agentsAtOnce) / measured.makespanMs)
        : null,
    tokens: tokens.length === 0 ? null : Tokens.sum(tokens),
    notes: measured.notes
  })
}

const agentReport = (agent: Measured["agents"][number], measured: Measured): AgentReport => {
  const record = measured.records.get(agent.name) ?? emptyRecord()
  // Whoever has no status when the run ends was stopped by its end.
  const status = record.status ?? "cancelled"
  const endedMs = record.endedMs ?? (record.startedMs === null ? null : measured.makespanMs)
  return AgentReport.make({
    name: agent.name,
    version: agent.version,
    dependsOn: agent.dependsOn,
    status,
    reason: record.status === undefined ? (measured.cutOff === "broken" ? brokenOff : interrupted) : record.reason,
    becauseOf: record.becauseOf,
    estimateMs: Duration.toMillis(agent.estimate),
    readyMs: record.readyMs,
    startedMs: record.startedMs,
    endedMs,
    waitMs: difference(record.startedMs, record.readyMs),
    workMs: difference(endedMs, record.startedMs),
    attempts: record.attempts,
    key: record.key,
    reusedFrom: record.reusedFrom,
    files: [...record.files].sort(),
    tokens: record.tokens
  })
}

const interrupted = "the run was interrupted"
const brokenOff = "a defect broke the run off"

const statusOf = (counts: Report["counts"], { cutOff, unkept }: Pick<Measured, "cutOff" | "unkept">): RunStatus => {
  if (cutOff === "interrupted") return "cancelled"
  if (cutOff === "broken" || counts.failed > 0) return "failed"
  return unkept || counts.notVerified + counts.cancelled + counts.skipped > 0 ? "partial" : "done"
}

const difference = (later: number | null, earlier: number | null) =>
  later === null || earlier === null ? null : round(later - earlier)

const round = (value: number) => Math.round(value * 1000) / 1000

const sum = (values: ReadonlyArray<number>) => values.reduce((total, value) => total + value, 0)
