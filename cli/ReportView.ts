/**
 * A run's report for a terminal: the table of agents, what went wrong, and how well the time was used.
 *
 * Pure, like LiveView; narrow terminals lose columns, from the least telling one on. What was not measured is shown as
 * `-`. The report for documents is `Markdown` in the team's room.
 *
 * @since 0.1.0
 */

import { cells, column, shorten, visible, wrap } from "../src/team/DisplayWidth.ts"
import * as Elapsed from "../src/team/Elapsed.ts"
import type { AgentReport, AgentStatus, Report, RunStatus } from "../src/team/Report.ts"
import * as Paint from "./Paint.ts"

/** @category models */
export interface Options {
  /** Cells a line may take. */
  readonly width: number
  readonly color: boolean
}

/** The lines of the report. @category constructors */
export const lines = (report: Report, options: Options): ReadonlyArray<string> => {
  const paint = Paint.make(options.color)
  return [
    headline(report, paint, options.width),
    "",
    ...table(report, paint, options.width),
    ...remarks(report, paint, options.width),
    "",
    ...facts(report).flatMap(([name, value]) => fact(name, value, options.width))
  ]
}

/** A named fact, its value wrapped beside its name; below it where there is little room. @category combinators */
export const fact = (name: string, value: string, width: number): ReadonlyArray<string> => {
  const beside = width >= 48
  const room = beside ? width - FACT_WIDTH : width - 2
  const wrapped = wrap(value, Math.max(8, room))
  return beside
    ? wrapped.map((line, index) => `${(index === 0 ? name : "").padEnd(FACT_WIDTH)}${line}`)
    : [shorten(name, width), ...wrapped.map((line) => `  ${line}`)]
}

const FACT_WIDTH = 17

const OUTCOME: Readonly<Record<RunStatus, readonly [Paint.Tone, string]>> = {
  done: ["good", "done"],
  partial: ["warning", "partial: not everything was made, verified and kept"],
  failed: ["bad", "failed"],
  cancelled: ["warning", "cancelled"]
}

const STATUS: Readonly<Record<AgentStatus, readonly [Paint.Tone, string]>> = {
  done: ["good", "done"],
  reused: ["good", "reused"],
  failed: ["bad", "failed"],
  skipped: ["faint", "skipped"],
  notVerified: ["warning", "not verified"],
  cancelled: ["faint", "cancelled"]
}

const headline = (report: Report, paint: Paint.Paint, width: number): string => {
  const [tone, words] = OUTCOME[report.status]
  const { reused } = report.counts
  const all = reused === report.agents.length ? `, all ${reused} agents reused` : ""
  return paint(tone, shorten(`${visible(report.team)}: ${words}${all}, ${Elapsed.show(report.makespanMs)}`, width))
}

interface Column {
  readonly title: string
  readonly right: boolean
  readonly value: (agent: AgentReport) => string
}

/** In the order in which they are given up when there is no room, last first. */
const COLUMNS: ReadonlyArray<Column> = [
  { title: "status", right: false, value: (agent) => STATUS[agent.status][1] },
  { title: "work", right: true, value: (agent) => time(agent.workMs) },
  { title: "wait", right: true, value: (agent) => time(agent.waitMs) },
  {
    title: "tries",
    right: true,
    value: (agent) => (agent.attempts.length === 0 ? "-" : String(agent.attempts.length))
  },
  { title: "files", right: true, value: (agent) => String(agent.files.length) },
  { title: "tokens", right: true, value: (agent) => tokens(agent.tokens) }
]

const table = (report: Report, paint: Paint.Paint, width: number): ReadonlyArray<string> => {
  const names = report.agents.map((agent) => visible(agent.name))
  const wanted = Math.max(5, ...names.map(cells))
  const columns = COLUMNS.map((one) => ({
    ...one,
    width: Math.max(one.title.length, ...report.agents.map((agent) => one.value(agent).length))
  }))
  let shown = columns
  const room = () => width - shown.reduce((sum, one) => sum + 2 + one.width, 0)
  while (shown.length > 1 && room() < wanted) shown = shown.slice(0, -1)
  const nameWidth = Math.max(1, Math.min(wanted, room()))

  const cell = (one: (typeof columns)[number], value: string) =>
    one.right ? value.padStart(one.width) : value.padEnd(one.width)
  const head = [column("agent", nameWidth), ...shown.map((one) => cell(one, one.title))].join("  ")
  return [
    paint("faint", shorten(head.trimEnd(), width)),
    ...report.agents.map((agent, index) => {
      const values = shown.map((one) => {
        const value = cell(one, one.value(agent))
        return one.title === "status" ? paint(STATUS[agent.status][0], value) : value
      })
      return [column(names[index]!, nameWidth), ...values].join("  ").trimEnd()
    })
  ]
}

const remarks = (report: Report, paint: Paint.Paint, width: number): ReadonlyArray<string> => {
  const told = [
    ...report.agents
      .filter((agent) => agent.reason !== null && !["done", "reused", "skipped"].includes(agent.status))
      .map((agent) => [STATUS[agent.status][0], `${agent.name}: ${agent.reason}`] as const),
    ...skipped(report.agents),
    ...report.notes.map((note) => ["warning", `note: ${note}`] as const)
  ]
  if (told.length === 0) return []
  return ["", ...told.flatMap(([tone, words]) => wrap(visible(words), width).map((line) => paint(tone, line)))]
}

/** One line for all who were skipped for the same reason; the table names each of them anyway. */
const skipped = (agents: ReadonlyArray<AgentReport>) => {
  const reasons = new Map<string, ReadonlyArray<string>>()
  for (const { name, reason, status } of agents) {
    if (status === "skipped" && reason !== null) reasons.set(reason, [...(reasons.get(reason) ?? []), name])
  }
  return [...reasons].map(
    ([reason, names]) => [STATUS.skipped[0], `skipped, as ${reason}: ${names.join(", ")}`] as const
  )
}

const facts = (report: Report): ReadonlyArray<readonly [string, string]> => {
  const { criticalPath, parallelEfficiency } = report
  const worked = report.agents.length - report.counts.reused
  return [
    ["reused", `${report.counts.reused} of ${report.agents.length} agents`],
    ...(worked === 0 || criticalPath.agents.length === 0
      ? []
      : ([
          ["critical path", `${Elapsed.show(criticalPath.ms)}: ${criticalPath.agents.map(visible).join(" → ")}`],
          [
            "parallel",
            `${Elapsed.show(report.workMs)} of work in ${Elapsed.show(report.makespanMs)}, at most ${report.agentsAtOnce} at once, efficiency ${
              parallelEfficiency === null ? "unknown" : `${Math.round(parallelEfficiency * 100)} %`
            }`
          ]
        ] as const)),
    ...(report.model === null
      ? []
      : ([["model", `${visible(report.model)}, tokens ${tokens(report.tokens)}`]] as const))
  ]
}

const time = (ms: number | null) => (ms === null ? "-" : Elapsed.show(ms))

const tokens = (used: AgentReport["tokens"]) => used?.text ?? "-"
