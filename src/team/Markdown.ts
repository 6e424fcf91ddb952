/**
 * A run's report as Markdown, for people.
 *
 * @since 0.1.0
 */
import * as Elapsed from "./Elapsed.ts"
import { type AgentReport, AgentStatus, type Report, type RunStatus } from "./Report.ts"

/**
 * The report as a document of its own.
 *
 * @category constructors
 */
export const fromReport = (report: Report): string => {
  const lines = [
    `# Run of ${inline(report.team)}`,
    "",
    `- Status: **${label[report.status]}**`,
    `- Run: \`${report.runId}\`, begun ${new Date(report.startedAt).toISOString()}`,
    `- Time: ${Elapsed.show(report.makespanMs)}; work of all agents together ${Elapsed.show(report.workMs)}; at most ${report.agentsAtOnce} at once`,
    `- Critical path: ${criticalPath(report)}`,
    `- Parallel efficiency: ${efficiency(report)}`,
    `- Agents: ${counts(report)}`,
    `- Model: ${report.model === null ? "none" : inline(report.model)}; tokens: ${tokens(report.tokens)}`,
    "",
    "| Agent | Status | Waited | Worked | Attempts | Files | Tokens |",
    "| --- | --- | ---: | ---: | ---: | ---: | --- |",
    ...report.agents.map(row),
    ""
  ]
  const remarks = report.agents.filter((agent) => agent.reason !== null)
  if (remarks.length > 0) {
    lines.push("## What happened", "")
    for (const agent of remarks)
      lines.push(`- **${inline(agent.name)}** ${label[agent.status]}: ${inline(agent.reason ?? "")}`)
    lines.push("")
  }
  const again = report.agents.filter((agent) => agent.attempts.length > 1)
  if (again.length > 0) {
    lines.push("## Attempts", "")
    for (const agent of again) {
      for (const attempt of agent.attempts) {
        const life = attempt.incarnation > 1 ? `, restarted (incarnation ${attempt.incarnation})` : ""
        const why = attempt.reason === null ? "" : `: ${inline(attempt.reason)}`
        lines.push(`- ${inline(agent.name)}, attempt ${attempt.attempt}${life}: ${attempt.outcome}${why}`)
      }
    }
    lines.push("")
  }
  if (report.notes.length > 0) lines.push("## Notes", "", ...report.notes.map((note) => `- ${inline(note)}`), "")
  return lines.join("\n")
}

const criticalPath = ({ criticalPath }: Report) =>
  criticalPath.agents.length === 0
    ? "none (nothing worked)"
    : `${Elapsed.show(criticalPath.ms)} (${criticalPath.agents.map(inline).join(" → ")})`

const efficiency = (report: Report) => {
  if (report.parallelEfficiency !== null) return percent(report.parallelEfficiency)
  const worked = report.agents.some((agent) => agent.attempts.length > 0)
  return worked ? "unknown (not every agent could work)" : "unknown (nothing had to work)"
}

/** Each status as people read it. */
const label: Readonly<Record<AgentStatus | RunStatus, string>> = {
  done: "done",
  partial: "partial",
  failed: "failed",
  cancelled: "cancelled",
  reused: "reused",
  skipped: "skipped",
  notVerified: "not verified"
}

const row = (agent: AgentReport) =>
  `| ${[
    inline(agent.name),
    status(agent),
    agent.waitMs === null ? "–" : Elapsed.show(agent.waitMs),
    agent.workMs === null ? "–" : Elapsed.show(agent.workMs),
    agent.attempts.length === 0 ? "–" : String(agent.attempts.length),
    String(agent.files.length),
    agent.tokens === null ? "–" : tokens(agent.tokens)
  ].join(" | ")} |`

const status = (agent: AgentReport) => {
  if (agent.status === "skipped" && agent.becauseOf !== null) return `skipped because of ${inline(agent.becauseOf)}`
  return label[agent.status]
}

const counts = (report: Report) =>
  AgentStatus.literals
    .filter((status) => report.counts[status] > 0)
    .map((status) => `${report.counts[status]} ${label[status]}`)
    .join(", ")

const tokens = (used: Report["tokens"]) => used?.text ?? "none"

const percent = (value: number) => `${(value * 100).toFixed(1)} %`

/** Text of others, on one line and without meaning to Markdown. */
const inline = (text: string) =>
  text
    .replace(/\s+/g, " ")
    .replace(/[\\`*_[\]<>|#]/g, "\\$&")
    .slice(0, 500)
