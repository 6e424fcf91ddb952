/**
 * A run as it can be watched: who works and for how long, who waits and for whom, what each one says.
 *
 * A fold over the run's events and a drawing of the result, both pure: `step` takes an event, `frame` gives the lines for
 * a terminal that repaints them in place, `line` gives one line per event for everything else. Writing them anywhere, and
 * the passing of time, is somebody else's. No line is wider than the given width, and nothing that an agent says can
 * move the cursor.
 *
 * @since 0.1.0
 */

import { cells, column, shorten, visible } from "../src/team/DisplayWidth.ts"
import * as Elapsed from "../src/team/Elapsed.ts"
import type { RunEvent } from "../src/team/Run.ts"
import * as Paint from "./Paint.ts"

/**
 * - `waiting`: for agents it depends on; `ready`: for a free place; `working`; `retrying`: between two attempts
 * - the others are how it ended, as in the report
 *
 * @category models
 */
export type Standing =
  | "waiting"
  | "ready"
  | "working"
  | "retrying"
  | "done"
  | "reused"
  | "failed"
  | "notVerified"
  | "skipped"
  | "cancelled"

/**
 * One agent, as far as is known.
 *
 * @category models
 */
export interface Row {
  /** As it is shown: on one line, without what a terminal would obey. */
  readonly name: string
  readonly dependsOn: ReadonlyArray<string>
  readonly standing: Standing
  /** When it first began to work, and when it ended; milliseconds since 1970. */
  readonly startedAt: number | undefined
  readonly endedAt: number | undefined
  readonly attempt: number
  /** The last thing to know about it: what it said, why it failed, from whom it was reused. */
  readonly message: string
  /** 0…1, where the agent knows. */
  readonly fraction: number | undefined
}

/**
 * The run so far. Rows are in the order of the plan.
 *
 * @category models
 */
export interface State {
  readonly team: string
  readonly runId: string
  readonly startedAt: number
  /** How long it will take, in milliseconds, by what earlier runs have measured; undefined where that is not known. */
  readonly expectedMs?: number | undefined
  readonly rows: ReadonlyArray<Row>
}

/** Before the first event. @category constructors */
export const empty: State = { team: "", runId: "", startedAt: 0, rows: [] }

/**
 * The state after `event`. Events about agents that the plan does not know change nothing.
 *
 * @category combinators
 */
export const step = (state: State, event: RunEvent): State => {
  switch (event._tag) {
    case "RunStarted":
      return {
        team: visible(event.team),
        runId: event.runId,
        startedAt: event.at,
        expectedMs: event.plan.expectedMs,
        rows: event.plan.agents.map((agent) => ({
          name: visible(agent.name),
          dependsOn: agent.dependsOn.map(visible),
          standing: "waiting",
          startedAt: undefined,
          endedAt: undefined,
          attempt: 0,
          message: "",
          fraction: undefined
        }))
      }
    case "AgentReady":
      return change(state, event.agent, () => ({ standing: "ready" }))
    case "AgentStarted":
      return change(state, event.agent, (row) => ({
        standing: "working",
        startedAt: row.startedAt ?? event.at,
        attempt: event.attempt,
        message: "",
        fraction: undefined
      }))
    case "AgentProgress":
      return change(state, event.agent, () => ({ message: visible(event.message), fraction: event.fraction }))
    case "AgentAttemptFailed":
      return change(state, event.agent, () => ({
        standing: event.willRetry ? "retrying" : "working",
        message: visible(event.reason),
        fraction: undefined
      }))
    case "AgentReused":
      return ended(state, event, "reused", "")
    case "AgentDone":
      return ended(state, event, "done", "")
    case "AgentNotVerified":
      return ended(state, event, "notVerified", event.reason)
    case "AgentFailed":
      return ended(state, event, "failed", event.reason)
    case "AgentSkipped":
      return ended(state, event, "skipped", `because of ${event.becauseOf}`)
    case "AgentCancelled":
      return ended(state, event, "cancelled", "")
    case "Noted":
    case "RunEnded":
      return state
  }
}

/**
 * How a frame is drawn.
 *
 * @category models
 */
export interface FrameOptions {
  /** The present; milliseconds since 1970. */
  readonly now: number
  /** Cells a line may take. */
  readonly width: number
  /** Lines there may be; agents that matter least now are gathered in the last line. */
  readonly height: number
  readonly color: boolean
}

/**
 * The lines to show now: a headline and one line per agent.
 *
 * @category combinators
 */
export const frame = (state: State, options: FrameOptions): ReadonlyArray<string> => {
  if (state.rows.length === 0) return []
  const { now, width } = options
  const paint = Paint.make(options.color)
  const over = state.rows.filter((row) => isOver(row.standing)).length
  const usual = state.expectedMs ? ` of about ${Elapsed.show(state.expectedMs)}` : ""
  const time = `${Elapsed.ticking(now - state.startedAt)}${usual}`
  const headline = shorten(`${state.team}: ${over} of ${state.rows.length} agents, ${time}`, width)

  const longest = Math.max(...state.rows.map((row) => cells(row.name)))
  const roomForTime = width - 2 - TIME_WIDTH >= Math.min(longest, 12)
  const nameWidth = Math.min(longest, width - 2 - (roomForTime ? TIME_WIDTH : 0))
  const roomForRemark = width - 2 - nameWidth - TIME_WIDTH - 2

  const shown = mostTelling(state.rows, Math.max(1, options.height - 1))
  const lines = shown.map((row) => {
    const name = column(row.name, nameWidth)
    const took = row.startedAt === undefined ? "" : Elapsed.ticking((row.endedAt ?? now) - row.startedAt)
    const said = roomForRemark < 8 ? "" : shorten(remarkOf(row, state.rows), roomForRemark)
    const words = `${name}${roomForTime ? took.padStart(TIME_WIDTH) : ""}`
    const tone = isQuiet(row.standing) ? "faint" : "plain"
    return [
      paint(TONE[row.standing], MARK[row.standing]),
      ` ${paint(tone, said === "" ? words.trimEnd() : words)}`,
      said === "" ? "" : `  ${paint(row.standing === "failed" ? "bad" : "faint", said)}`
    ].join("")
  })
  const hidden = state.rows.filter((row) => !shown.includes(row))
  return [
    paint("strong", headline),
    ...lines,
    ...(hidden.length === 0 ? [] : [paint("faint", shorten(`… ${countOf(hidden)}`, width))])
  ]
}

/**
 * One line about `event` for a log, without an end of line; `undefined` where there is nothing to say. `state` is the
 * state after the event. Being ready is not told: where a place is free, the start follows at once.
 *
 * @category combinators
 */
export const line = (state: State, event: RunEvent): string | undefined => {
  const said = sayingOf(event)
  if (said === undefined) return undefined
  const at = Elapsed.ticking(event.at - state.startedAt).padStart(TIME_WIDTH)
  const agent = "agent" in event && event.agent !== undefined ? visible(event.agent) : visible(state.team)
  const width = Math.max(cells(visible(state.team)), ...state.rows.map((row) => cells(row.name)))
  return `${at}  ${column(agent, Math.max(width, cells(agent)))}  ${said}`
}

const TIME_WIDTH = 11

const MARK: Readonly<Record<Standing, string>> = {
  waiting: "○",
  ready: "◌",
  working: "●",
  retrying: "↻",
  done: "✓",
  reused: "✓",
  failed: "✗",
  notVerified: "!",
  skipped: "-",
  cancelled: "-"
}

const TONE: Readonly<Record<Standing, Paint.Tone>> = {
  waiting: "faint",
  ready: "faint",
  working: "active",
  retrying: "warning",
  done: "good",
  reused: "good",
  failed: "bad",
  notVerified: "warning",
  skipped: "faint",
  cancelled: "faint"
}

/** The first is dropped last when lines are few. */
const ORDER: ReadonlyArray<Standing> = [
  "working",
  "retrying",
  "failed",
  "notVerified",
  "ready",
  "waiting",
  "skipped",
  "cancelled",
  "done",
  "reused"
]

const isOver = (standing: Standing) => !["waiting", "ready", "working", "retrying"].includes(standing)
const isQuiet = (standing: Standing) => ["waiting", "ready", "skipped", "cancelled"].includes(standing)

const change = (state: State, agent: string, next: (row: Row) => Partial<Row>): State => {
  // Rows are named as they are shown; an event says the name as it was given, say with two spaces.
  const name = visible(agent)
  return { ...state, rows: state.rows.map((row) => (row.name === name ? { ...row, ...next(row) } : row)) }
}

const ended = (
  state: State,
  event: { readonly agent: string; readonly at: number },
  standing: Standing,
  message: string
): State =>
  change(state, event.agent, () => ({ standing, endedAt: event.at, message: visible(message), fraction: undefined }))

const remarkOf = (row: Row, all: ReadonlyArray<Row>): string => {
  switch (row.standing) {
    case "waiting": {
      const open = row.dependsOn.filter((name) => all.some((other) => other.name === name && !isOver(other.standing)))
      return open.length === 0 ? "" : `waits for ${open.join(", ")}`
    }
    case "ready":
      return "waits for a free place"
    case "working": {
      const part = row.fraction === undefined ? "" : `${Math.round(Math.min(1, Math.max(0, row.fraction)) * 100)} %`
      const again = row.attempt > 1 ? `attempt ${row.attempt}` : ""
      return [again, part, row.message].filter((words) => words !== "").join("  ")
    }
    case "retrying":
      return `tries again after: ${row.message}`
    case "done":
      return row.attempt > 1 ? `at attempt ${row.attempt}` : ""
    case "reused":
      return "reused"
    case "notVerified":
      return `not verified: ${row.message}`
    case "failed":
      return row.message
    case "skipped":
      return `skipped ${row.message}`
    case "cancelled":
      return "cancelled"
  }
}

const mostTelling = (rows: ReadonlyArray<Row>, room: number): ReadonlyArray<Row> => {
  if (rows.length <= room) return rows
  const chosen = new Set(
    [...rows].sort((a, b) => ORDER.indexOf(a.standing) - ORDER.indexOf(b.standing)).slice(0, Math.max(0, room - 1))
  )
  return rows.filter((row) => chosen.has(row))
}

const WORDS: Readonly<Record<Standing, string>> = {
  waiting: "waiting",
  ready: "ready",
  working: "working",
  retrying: "about to try again",
  done: "done",
  reused: "reused",
  failed: "failed",
  notVerified: "not verified",
  skipped: "skipped",
  cancelled: "cancelled"
}

const countOf = (rows: ReadonlyArray<Row>): string =>
  ORDER.flatMap((standing) => {
    const count = rows.filter((row) => row.standing === standing).length
    return count === 0 ? [] : [`${count} ${WORDS[standing]}`]
  }).join(", ")

const sayingOf = (event: RunEvent): string | undefined => {
  switch (event._tag) {
    case "RunStarted":
      return `run ${event.runId} begins: ${event.plan.agents.length} ${event.plan.agents.length === 1 ? "agent" : "agents"}`
    case "AgentReady":
      return undefined
    case "AgentStarted":
      return event.attempt > 1 ? `started, attempt ${event.attempt}` : "started"
    case "AgentProgress": {
      const part = event.fraction === undefined ? "" : ` (${Math.round(event.fraction * 100)} %)`
      return `${visible(event.message)}${part}`
    }
    case "AgentAttemptFailed": {
      const next = !event.willRetry
        ? ""
        : event.retryInMs === undefined
          ? "; tries again"
          : `; tries again in ${Elapsed.show(event.retryInMs)}`
      return `attempt ${event.attempt} failed: ${visible(event.reason)}${next}`
    }
    case "AgentReused":
      return "reused"
    case "AgentDone":
      return event.attempts > 1 ? `done at attempt ${event.attempts}` : "done"
    case "AgentNotVerified":
      return `not verified: ${visible(event.reason)}`
    case "AgentFailed":
      return `failed: ${visible(event.reason)}`
    case "AgentSkipped":
      return `skipped because of ${visible(event.becauseOf)}`
    case "AgentCancelled":
      // With a reason the whole run ends, which is told once.
      return event.reason === undefined ? "cancelled" : undefined
    case "Noted":
      return `note: ${visible(event.note)}`
    case "RunEnded":
      return `run ${event.status}`
  }
}
