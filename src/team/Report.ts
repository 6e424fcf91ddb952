/**
 * What a run did, as data: who waited, who worked, how often, what was reused, and how well the time was used.
 *
 * Every figure comes from a measured event. What was not measured is `null`, and shown as unknown. The Markdown form is
 * in `Markdown.ts`; both are written into the output folder at the end and are not artefacts of any agent.
 *
 * @since 0.1.0
 */
import { Schema } from "effect"

/**
 * - `done`: it worked, and its result is good
 * - `reused`: an earlier result with the same key was taken
 * - `failed`: it failed, or says that what it saw is wrong
 * - `skipped`: an agent it depends on gave no result
 * - `notVerified`: it worked, but could not look; never reused
 * - `cancelled`: somebody stopped it
 *
 * @category models
 */
export const AgentStatus = Schema.Literal("done", "reused", "failed", "skipped", "notVerified", "cancelled")
/** @category models */
export type AgentStatus = typeof AgentStatus.Type

/**
 * - `done`: every agent is done or reused
 * - `partial`: nothing failed, but something is not verified or was cancelled
 * - `failed`: an agent failed, or a defect broke the run off
 * - `cancelled`: the run was interrupted
 *
 * @category models
 */
export const RunStatus = Schema.Literal("done", "partial", "failed", "cancelled")
/** @category models */
export type RunStatus = typeof RunStatus.Type

/** One try of one agent. Times are milliseconds since the run began. @category models */
export class Attempt extends Schema.Class<Attempt>("Attempt")({
  attempt: Schema.Int,
  /** Which life of the agent's actor worked: above 1 once supervision has restarted it. */
  incarnation: Schema.Int,
  startedMs: Schema.Number,
  endedMs: Schema.Number,
  outcome: Schema.Literal("succeeded", "failed", "timedOut", "crashed", "cancelled"),
  reason: Schema.NullOr(Schema.String)
}) {}

/** Tokens that a model read and wrote; `null` if it did not always say. @category models */
export class Tokens extends Schema.Class<Tokens>("Tokens")({
  input: Schema.NullOr(Schema.Int),
  output: Schema.NullOr(Schema.Int)
}) {
  /** Of two, one of them unknown, the sum is unknown. */
  static sum(some: Iterable<Pick<Tokens, "input" | "output">>): Tokens {
    const add = (a: number | null, b: number | null) => (a === null || b === null ? null : a + b)
    let total = { input: 0 as number | null, output: 0 as number | null }
    for (const used of some) total = { input: add(total.input, used.input), output: add(total.output, used.output) }
    return Tokens.make(total)
  }

  /** For people: `120 in, 30 out`. */
  get text(): string {
    return `${this.input ?? "unknown"} in, ${this.output ?? "unknown"} out`
  }
}

/** What one agent did. Times are milliseconds since the run began. @category models */
export class AgentReport extends Schema.Class<AgentReport>("AgentReport")({
  name: Schema.String,
  version: Schema.String,
  dependsOn: Schema.Array(Schema.String),
  status: AgentStatus,
  /** Why it is not simply done. */
  reason: Schema.NullOr(Schema.String),
  /** For `skipped`: the agent whose failure began it. */
  becauseOf: Schema.NullOr(Schema.String),
  estimateMs: Schema.Number,
  /** When its last dependency had ended, since the run began; `null` if that never came. */
  readyMs: Schema.NullOr(Schema.Number),
  startedMs: Schema.NullOr(Schema.Number),
  endedMs: Schema.NullOr(Schema.Number),
  /** From ready to started. */
  waitMs: Schema.NullOr(Schema.Number),
  /** From started to ended, waits between attempts included. */
  workMs: Schema.NullOr(Schema.Number),
  attempts: Schema.Array(Attempt),
  /** The key of its result; `null` if its upstream results never came. */
  key: Schema.NullOr(Schema.String),
  /** The run that made the reused result. */
  reusedFrom: Schema.NullOr(Schema.String),
  /** Paths of the files it made, sorted. */
  files: Schema.Array(Schema.String),
  /** Tokens that a model used; `null` if none was asked. */
  tokens: Schema.NullOr(Tokens)
}) {}

/** What a run did. @category models */
export class Report extends Schema.Class<Report>("Report")({
  format: Schema.Literal(1),
  runId: Schema.String,
  team: Schema.String,
  status: RunStatus,
  /** Milliseconds since 1970. */
  startedAt: Schema.Number,
  endedAt: Schema.Number,
  makespanMs: Schema.Number,
  agentsAtOnce: Schema.Int,
  model: Schema.NullOr(Schema.String),
  agents: Schema.Array(AgentReport),
  counts: Schema.Struct({
    done: Schema.Int,
    reused: Schema.Int,
    failed: Schema.Int,
    skipped: Schema.Int,
    notVerified: Schema.Int,
    cancelled: Schema.Int
  }),
  /** Work of all agents together, in milliseconds. */
  workMs: Schema.Number,
  /** The longest chain of work, each agent waiting for the one before; only of agents that worked or were reused. */
  criticalPath: Schema.Struct({ agents: Schema.Array(Schema.String), ms: Schema.Number }),
  /** max(critical path, work ÷ agents at once) ÷ makespan; `null` where nothing worked, or not every agent could. */
  parallelEfficiency: Schema.NullOr(Schema.Number),
  tokens: Schema.NullOr(Tokens),
  /** What the run noticed and went around, such as a stored result that was damaged. */
  notes: Schema.Array(Schema.String)
}) {}

/** The report as plain JSON data. @category combinators */
export const encodeReport = Schema.encodeSync(Report)

/** Reads a report that `encodeReport` wrote; fails with a `ParseError` for anything else. @category combinators */
export const decodeReport = Schema.decodeUnknown(Report)
