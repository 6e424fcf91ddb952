/**
 * A run as it can be watched: who works and for how long, who waits and for whom, what each one says.
 *
 * Draws a `RunState`: `frame` gives the lines for a terminal that repaints them in place, `line` one line per event for
 * everything else. Both are pure; writing them anywhere, and the passing of time, is somebody else's. No line is wider than
 * the given width, and nothing that an agent says can move the cursor.
 *
 * @since 0.1.0
 */
import { cells, column, shorten, visible } from "../src/team/DisplayWidth.ts"
import * as Elapsed from "../src/team/Elapsed.ts"
import type { RunEvent } from "../src/team/Run.ts"
import * as RunState from "../src/team/RunState.ts"
import * as Paint from "./Paint.ts"

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
export const frame = (state: RunState.RunState, options: FrameOptions): ReadonlyArray<string> => {
  const rows = RunState.agents(state)
  if (rows.length === 0) return []
  const { now, width } = options
  const paint = Paint.make(options.color)
  const over = rows.filter((row) => RunState.isOver(row.standing)).length
  const usual = state.expectedMs ? ` of about ${Elapsed.show(state.expectedMs)}` : ""
  const elapsedMs = now - state.startedAt
  const time = `${Elapsed.ticking(elapsedMs)}${usual}`
  const headline = shorten(`${visible(state.team)}: ${over} of ${rows.length} agents, ${time}`, width)

  const longest = Math.max(...rows.map((row) => cells(visible(row.name))))
  const roomForTime = width - 2 - TIME_WIDTH >= Math.min(longest, 12)
  const nameWidth = Math.min(longest, width - 2 - (roomForTime ? TIME_WIDTH : 0))
  const roomForRemark = width - 2 - nameWidth - TIME_WIDTH - 2

  const shown = mostTelling(rows, Math.max(1, options.height - 1))
  const lines = shown.map((row) => {
    const name = column(visible(row.name), nameWidth)
    const since = row.workingSinceMs
    const took = since === null ? "" : Elapsed.ticking((row.endedMs ?? elapsedMs) - since)
    const said = roomForRemark < 8 ? "" : shorten(remarkOf(row, rows), roomForRemark)
    const words = `${name}${roomForTime ? took.padStart(TIME_WIDTH) : ""}`
    const tone = isQuiet(row.standing) ? "faint" : "plain"
    return [
      paint(TONE[row.standing], MARK[row.standing]),
      ` ${paint(tone, said === "" ? words.trimEnd() : words)}`,
      said === "" ? "" : `  ${paint(row.standing === "failed" ? "bad" : "faint", said)}`
    ].join("")
  })
  const hidden = rows.filter((row) => !shown.includes(row))
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
export const line = (state: RunState.RunState, event: RunEvent): string | undefined => {
  const said = sayingOf(event)
  if (said === undefined) return undefined
  const at = Elapsed.ticking(event.elapsedMs ?? event.at - state.startedAt).padStart(TIME_WIDTH)
  const agent = "agent" in event && event.agent !== undefined ? visible(event.agent) : visible(state.team)
  const width = Math.max(cells(visible(state.team)), ...RunState.agents(state).map((row) => cells(visible(row.name))))
  return `${at}  ${column(agent, Math.max(width, cells(agent)))}  ${said}`
}

const TIME_WIDTH = 11

const MARK: Readonly<Record<RunState.Standing, string>> = {
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

const TONE: Readonly<Record<RunState.Standing, Paint.Tone>> = {
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
const ORDER: ReadonlyArray<RunState.Standing> = [
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

const isQuiet = (standing: RunState.Standing) => ["waiting", "ready", "skipped", "cancelled"].includes(standing)

const remarkOf = (row: RunState.AgentInRun, all: ReadonlyArray<RunState.AgentInRun>): string => {
  switch (row.standing) {
    case "waiting": {
      const open = row.dependsOn.filter((name) =>
        all.some((other) => other.name === name && !RunState.isOver(other.standing))
      )
      return open.length === 0 ? "" : `waits for ${open.map(visible).join(", ")}`
    }
    case "ready":
      return "waits for a free place"
    case "working": {
      const part = row.fraction === undefined ? "" : `${Math.round(Math.min(1, Math.max(0, row.fraction)) * 100)} %`
      const again = row.attempt > 1 ? `attempt ${row.attempt}` : ""
      return [again, part, visible(row.reason ?? row.message)].filter((words) => words !== "").join("  ")
    }
    case "retrying":
      return `tries again after: ${visible(row.reason ?? "")}`
    case "done":
      return row.attempt > 1 ? `at attempt ${row.attempt}` : ""
    case "reused":
      return "reused"
    case "notVerified":
      return `not verified: ${visible(row.reason ?? "")}`
    case "failed":
      return visible(row.reason ?? "")
    case "skipped":
      return `skipped because of ${visible(row.becauseOf ?? "")}`
    case "cancelled":
      return "cancelled"
  }
}

const mostTelling = (rows: ReadonlyArray<RunState.AgentInRun>, room: number): ReadonlyArray<RunState.AgentInRun> => {
  if (rows.length <= room) return rows
  const chosen = new Set(
    [...rows].sort((a, b) => ORDER.indexOf(a.standing) - ORDER.indexOf(b.standing)).slice(0, Math.max(0, room - 1))
  )
  return rows.filter((row) => chosen.has(row))
}

const WORDS: Readonly<Record<RunState.Standing, string>> = {
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

const countOf = (rows: ReadonlyArray<RunState.AgentInRun>): string =>
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
