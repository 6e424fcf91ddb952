/**
 * `run FILE`: lets a team turn a requirements file into a project, shows it while it works, and prints its report.
 *
 * The order of the beginning is deliberate: the file, the team, the model's name and key, the output folder and the
 * database are each looked at before anything is written by the next, so that bad input leaves nothing behind.
 *
 * @since 0.1.0
 */
import { accessSync, constants, existsSync, statSync } from "node:fs"
import { basename, dirname, extname, join, relative, resolve } from "node:path"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import { Clock, Effect, Layer, Ref, Schedule } from "effect"
import * as Names from "../actors/fullstack/Names.ts"
import * as NodeSubprocess from "../layers/node/NodeSubprocess.ts"
import * as NodeWorkspace from "../layers/node/NodeWorkspace.ts"
import * as Sqlite from "../layers/sqlite/Sqlite.ts"
import * as SqliteResultCache from "../layers/sqlite/SqliteResultCache.ts"
import * as SqliteRunStore from "../layers/sqlite/SqliteRunStore.ts"
import * as RequirementsFile from "../layers/yaml/RequirementsFile.ts"
import * as ActorSystem from "../src/actor/ActorSystem.ts"
import { BackgroundTasks } from "../src/background/BackgroundTasks.ts"
import { DatabaseError } from "../src/team/DatabaseError.ts"
import { encodeReport, type Report } from "../src/team/Report.ts"
import type { RunEvent } from "../src/team/Run.ts"
import * as RunState from "../src/team/RunState.ts"
import { RunStore } from "../src/team/RunStore.ts"
import * as Team from "../src/team/Team.ts"
import type * as Commands from "./Commands.ts"
import { Ending } from "./Ending.ts"
import * as ExistingFolder from "./ExistingFolder.ts"
import type * as Failure from "./Failure.ts"
import * as LiveView from "./LiveView.ts"
import * as Network from "./Network.ts"
import type { Invocation } from "./Options.ts"
import * as ReportView from "./ReportView.ts"
import * as ShellWords from "./ShellWords.ts"
import * as Start from "./Start.ts"
import * as Teams from "./Teams.ts"
import { Terminal } from "./Terminal.ts"

type Options = Invocation<(typeof Commands.run)["options"]>["options"]

/** What every run needs; those of the agents come on top. */
type RunNeeds = Effect.Effect.Context<ReturnType<typeof Team.run<never>>>

interface Context {
  readonly program: string
  /** The command line as it was given, from the command's name on. */
  readonly argv: ReadonlyArray<string>
  readonly version: string
}

/** @category constructors */
export const main = (
  invocation: Invocation<(typeof Commands.run)["options"]>,
  context: Context
): Effect.Effect<number, Failure.Known, Terminal | Ending> =>
  Effect.gen(function* () {
    const { options } = invocation
    const file = yield* RequirementsFile.read(invocation.arguments[0]!)
    const team = yield* Teams.load(options.team)
    yield* Team.check(team)
    yield* Effect.mapError(Team.parse(team, file.value), (error) =>
      error._tag === "InputError" ? file.locate(error) : error
    )
    const out = resolve(options.out ?? join("out", folderName(file.value, file.source)))

    const begun = yield* Ref.make<string | undefined>(undefined)
    const report = yield* work(team, file, options, begun).pipe(
      Effect.onInterrupt(() => tellInterrupted(begun, out, options, context)),
      Effect.provide(surroundings(options, out, team.name)),
      Effect.provide(ActorSystem.layer())
    )
    yield* tell(report, out, options, context)
    return report.status === "done" ? 0 : 1
  }).pipe(
    Effect.withSpan("run", { root: true, attributes: { "process.command_args": context.argv } }),
    Effect.provide(
      Network.layer({
        model: invocation.options.model,
        baseUrl: invocation.options["base-url"],
        otlp: invocation.options.otlp,
        version: context.version
      })
    ),
    Effect.provide(
      Layer.mergeAll(NodeFileSystem.layer, NodePath.layer, NodeSubprocess.layer(), BackgroundTasks.layer())
    )
  )

/** The run itself, watched. */
const work = Effect.fnUntraced(function* (
  team: Team.Any,
  file: RequirementsFile.RequirementsFile,
  options: Options,
  begun: Ref.Ref<string | undefined>
) {
  const watch = yield* watcher
  const result = yield* Team.run(team, {
    input: file.value,
    profile: options.profile,
    agentsAtOnce: options["agents-at-once"],
    model: options.model,
    baseUrl: options["base-url"],
    // Closing as a whole has 4.5 s after a signal, and the report is kept in them.
    stopBudget: "2 seconds",
    reuse: !options["no-cache"],
    force: options.force,
    onEvent: (event) =>
      event._tag === "RunStarted" ? Effect.zipRight(Ref.set(begun, event.runId), watch(event)) : watch(event)
  }).pipe(
    Effect.mapError((error) => (error._tag === "InputError" ? file.locate(error) : error)),
    // What the agents of a user's module need nobody knows here: they find the services of this program, and miss others.
    (run) => run as Effect.Effect<{ readonly report: Report }, Failure.Known, RunNeeds>
  )
  return result.report
}, Effect.scoped)

/** Shows events as they come: a frame that is painted ten times a second on a terminal, lines elsewhere. */
const watcher = Effect.gen(function* () {
  const terminal = yield* Terminal
  const state = yield* Ref.make(RunState.empty)
  if (terminal.live) {
    // From here on by the monotonic clock: nobody's time jumps when the machine's is set.
    const begunAt = yield* Clock.currentTimeMillis
    const begun = yield* Clock.currentTimeNanos
    const paint = Effect.gen(function* () {
      const now = begunAt + Number((yield* Clock.currentTimeNanos) - begun) / 1_000_000
      const { color, height, width } = terminal
      terminal.frame(LiveView.frame(yield* Ref.get(state), { now, color, height: height(), width: width() - 1 }))
    })
    yield* Effect.addFinalizer(() => Effect.sync(() => terminal.frame([])))
    yield* Effect.forkScoped(Effect.repeat(paint, Schedule.spaced("100 millis")))
  }
  return Effect.fnUntraced(function* (event: RunEvent) {
    const next = yield* Ref.updateAndGet(state, (before) => RunState.step(before, event))
    if (terminal.live) return
    const line = LiveView.line(next, event)
    if (line !== undefined) terminal.say(line)
  })
})

const tell = Effect.fnUntraced(function* (report: Report, out: string, options: Options, context: Context) {
  const terminal = yield* Terminal
  const start = Start.of(report, out, shortPath(out))
  const lines = (width: number, color: boolean) => [
    ...ReportView.lines(report, { width, color }),
    ...ReportView.fact("project", shortPath(out), width),
    // Commands are never wrapped or cut: they are there to be pasted.
    ...startLines(start),
    ...(report.status === "done" ? [] : ["", `To go on:  ${goOnCommand(context)}`]),
    ""
  ]
  terminal.say("")
  if (!options.json) return terminal.result(lines(terminal.resultWidth(), terminal.resultColor).join("\n"))
  terminal.say(lines(terminal.width(), terminal.color).join("\n"))
  terminal.result(toJson(report, out, start, context))
})

/** The same command again, which reuses what was finished; so without the option that forbids it. */
const goOnCommand = ({ argv, program }: Context): string => {
  const end = argv.includes("--") ? argv.indexOf("--") : argv.length
  return ShellWords.join(
    program,
    argv.filter((word, at) => word !== "--no-cache" || at > end)
  )
}

/** One line per command, as they are there to be pasted one by one. */
const startLines = ({ commands, open }: Start.Start): ReadonlyArray<string> => {
  if (commands.length === 0) return []
  return [
    "",
    ...commands.map((command, index) => `${index === 0 ? "To start it:" : "and beside: "}  ${command}`),
    ...(open === undefined ? [] : [`then open:    ${open}`])
  ]
}

const toJson = (report: Report, out: string, start: Start.Start, context: Context, error?: string): string => {
  const goOn = report.status === "done" ? null : goOnCommand(context)
  const { status, ...rest } = encodeReport(report)
  // What an error that nobody handled cut off is no run that somebody cancelled.
  const document = { ...rest, status: error === undefined ? status : "failed" }
  const more = { out, next: start.commands, open: start.open ?? null, goOn, ...(error === undefined ? {} : { error }) }
  return `${JSON.stringify({ ...document, ...more }, undefined, 2)}\n`
}

/** The run has kept its report by then; it is only not handed out by a run that was interrupted. */
const tellInterrupted = Effect.fnUntraced(function* (
  begun: Ref.Ref<string | undefined>,
  out: string,
  options: Options,
  context: Context
) {
  const reason = (yield* Ending).reason()
  yield* sayHowToGoOn(context)
  const runId = yield* Ref.get(begun)
  if (!options.json || runId === undefined) return
  // Without its report the program still says that it was cancelled.
  const stored = yield* Effect.orElseSucceed((yield* RunStore).get(runId), () => undefined)
  if (stored?.report === undefined) return
  const { result } = yield* Terminal
  const error = reason?._tag === "Uncaught" ? reason.message : undefined
  result(toJson(stored.report, out, Start.of(stored.report, out, shortPath(out)), context, error))
})

const sayHowToGoOn = Effect.fnUntraced(function* (context: Context) {
  const terminal = yield* Terminal
  terminal.frame([])
  terminal.tell("Interrupted. What was finished is kept and will be reused.")
  terminal.say(`To go on:  ${goOnCommand(context)}`)
})

const databaseOf = (options: Options) => options.db ?? Sqlite.defaultFile

const stores = (options: Options) =>
  Layer.merge(SqliteRunStore.layer(), SqliteResultCache.layer()).pipe(
    Layer.provide(Sqlite.layer({ file: databaseOf(options) }))
  )

/**
 * Folder and database. Refusing the folder comes before a new database is made, and the other way round for one that
 * exists; the folder is looked at, and prepared, once.
 */
const surroundings = (options: Options, root: string, team: string) =>
  existsSync(databaseOf(options))
    ? Layer.merge(stores(options), NodeWorkspace.layer({ root }))
    : stores(options).pipe(
        Layer.provideMerge(NodeWorkspace.layerPrepared({ root, team, force: options.force })),
        Layer.provide(Layer.effectDiscard(mayBeMade(databaseOf(options))))
      )

/** Whether a new database could be made, as far as can be said without making it. */
const mayBeMade = (file: string) =>
  Effect.suspend(() => {
    const above = ExistingFolder.above(dirname(resolve(file)))
    return isWritableFolder(above)
      ? Effect.void
      : new DatabaseError({
          reason: "unwritable",
          file,
          problem: `it cannot be made below ${above}`,
          next: "Choose another file with --db."
        })
  })

const isWritableFolder = (folder: string): boolean => {
  try {
    accessSync(folder, constants.W_OK)
    return statSync(folder).isDirectory()
  } catch {
    return false
  }
}

/** From the project's name, else from the file's: `Task tracker` becomes `task-tracker`. */
const folderName = (value: Readonly<Record<string, unknown>>, source: string): string => {
  const { name } = value
  return Names.make(typeof name === "string" && name.trim() !== "" ? name : basename(source, extname(source))).kebab
}

const shortPath = (path: string): string => {
  const short = relative(process.cwd(), path)
  return short === "" ? "." : short.startsWith("..") ? path : short
}
