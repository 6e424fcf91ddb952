/**
 * The end of a run, once its last agent has ended: what an earlier run made is cleared away, the report is put beside what
 * was made and into the history.
 *
 * The work is done by then, so nothing here fails the run: what cannot be kept, as on a full disk, is said in the report
 * that is handed back, which is then partial.
 */
import { Effect, Option } from "effect"
import { Secrets } from "../../secrets/Secrets.ts"
import type * as Agent from "../Agent.ts"
import type { DatabaseError } from "../DatabaseError.ts"
import * as Markdown from "../Markdown.ts"
import { decodeReport, encodeReport, type Report } from "../Report.ts"
import { RunEvent } from "../Run.ts"
import * as RunState from "../RunState.ts"
import { Workspace } from "../Workspace.ts"
import { buildReport, type CutOff, reasonOf } from "./buildReport.ts"
import { redactForReading } from "./redactForReading.ts"
import { note, publishEnd, type RunContext } from "./runContext.ts"

/** Where a run leaves its report, in the output folder. */
export const reportFiles = { json: "docs/report.json", markdown: "docs/report.md" }

export interface Ending {
  /** What kept the schedule from its end; a run that was cut off leaves the folder as it is. */
  readonly cutOff: CutOff | undefined
  /** How long the run has worked. */
  readonly makespanMs: number
  /** Puts the report into the history of runs. */
  readonly keep: (report: Report) => Effect.Effect<void, DatabaseError>
}

export const endRun = <A extends Agent.Any>(run: RunContext<A>, { cutOff, keep, makespanMs }: Ending) =>
  Effect.gen(function* () {
    const clean = redactForReading(yield* Secrets)
    let made: { readonly of: RunState.RunState; readonly report: Report } | undefined
    const report = () => {
      const state = run.events.state()
      if (made?.of !== state) made = { of: state, report: clean(buildReport(state, makespanMs, cutOff)) }
      return made.report
    }
    const kept = <E extends Error, R>(what: string, effect: Effect.Effect<void, E, R>) =>
      Effect.catchAll(effect, (error) =>
        run.events.publish((moment) =>
          RunEvent.Noted({ ...moment, agent: undefined, note: `${what}: ${error.message}`, unkept: true })
        )
      )
    if (cutOff === undefined) {
      yield* kept("the output folder could not be cleared up", tidy(run))
      yield* kept(
        "the report could not be written beside what was made",
        Effect.suspend(() => leave(report()))
      )
    } else yield* closeOpenAgents(run, makespanMs, reasonOf[cutOff])
    yield* kept(
      "the report is missing from the history of runs",
      Effect.suspend(() => keep(report()))
    )
    const last = report()
    yield* run.events.publish((moment) => RunEvent.RunEnded({ ...moment, status: last.status, report: last }))
    return last
  })

/** Whoever has not ended when the run ends before its time was stopped by that. */
const closeOpenAgents = <A extends Agent.Any>(run: RunContext<A>, makespanMs: number, reason: string) =>
  Effect.forEach(
    RunState.agents(run.events.state()).filter((agent) => !RunState.isOver(agent.standing)),
    ({ name }) => {
      const work = run.atWork.get(name)
      return work === undefined
        ? run.events.publish(({ at }) => RunEvent.AgentCancelled({ at, elapsedMs: makespanMs, agent: name, reason }))
        : publishEnd(run, work, (end) => RunEvent.AgentCancelled({ ...end, elapsedMs: makespanMs, reason }))
    },
    { discard: true }
  )

/** Clears away what an earlier run made and this one did not, and says so. A run with a gap in it leaves all of it. */
const tidy = <A extends Agent.Any>(run: RunContext<A>) =>
  Effect.gen(function* () {
    const workspace = yield* Workspace
    const files = [...run.finished.values()].flatMap((each) => each.files.map((file) => file.path))
    const removed = yield* workspace.finish({
      keep: [...files, ...Object.values(reportFiles)],
      removeStale: run.finished.size === run.team.agents.length
    })
    if (removed.length > 0)
      yield* note(run, undefined, `files of an earlier run that nobody makes any more were removed: ${some(removed)}`)
  })

/** Puts the report beside what was made. One that tells who made just this stays: "reused" would say less. */
const leave = (report: Report) =>
  Effect.gen(function* () {
    const workspace = yield* Workspace
    const nothingNew = report.counts.reused === report.agents.length && report.notes.length === 0
    if (nothingNew && tellsOfTheSame(yield* standing, report)) return
    yield* workspace.write(reportFiles.json, `${JSON.stringify(encodeReport(report), null, 2)}\n`)
    yield* workspace.write(reportFiles.markdown, Markdown.fromReport(report))
  })

/** The report that stands there, if it is one, with its Markdown beside it. */
const standing = Effect.gen(function* () {
  const workspace = yield* Workspace
  yield* workspace.read(reportFiles.markdown)
  const text = yield* workspace.read(reportFiles.json)
  return yield* decodeReport(yield* Effect.try((): unknown => JSON.parse(text)))
}).pipe(Effect.option)

const tellsOfTheSame = (standing: Option.Option<Report>, report: Report): boolean => {
  if (Option.isNone(standing) || standing.value.team !== report.team) return false
  const keys = new Map(standing.value.agents.map((agent) => [agent.name, agent.key]))
  return keys.size === report.agents.length && report.agents.every((agent) => keys.get(agent.name) === agent.key)
}

const some = (paths: ReadonlyArray<string>): string =>
  paths.length <= 5 ? paths.join(", ") : `${paths.slice(0, 5).join(", ")} and ${paths.length - 5} more`
