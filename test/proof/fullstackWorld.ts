/**
 * The eight agents that ship, in surroundings where a run takes a fraction of a second: stores and folder in memory, npm
 * scripted, everything else real. Two seams let a test do harm in mid-work: what happens at a write and at a command.
 *
 * npm's answers are plain but not free: the tests that it reports are those that the developers wrote, and the backend
 * that it starts answers over HTTP.
 */
import { NodeFileSystem } from "@effect/platform-node"
import { Effect, Layer, Logger, LogLevel } from "effect"
import { FullstackTeam } from "../../actors/fullstack/FullstackTeam.ts"
import * as ActorSystem from "../../src/actor/ActorSystem.ts"
import { BackgroundTasks } from "../../src/background/BackgroundTasks.ts"
import * as SubprocessModule from "../../src/background/Subprocess.ts"
import { type Command, show } from "../../src/background/Subprocess.ts"
import type { AgentReport, Report } from "../../src/team/Report.ts"
import { ResultCache } from "../../src/team/ResultCache.ts"
import { RunStore } from "../../src/team/RunStore.ts"
import { Workspace } from "../../src/team/Workspace.ts"
import { type Answer, backend, ended, freePort, root, tests } from "../actors/fullstack/fixtures/qaWorld.ts"
import { smallest } from "../actors/fullstack/oddProjects.ts"
import { namedTests } from "./namedTests.mjs"

/** The least that the requirements may say. */
export const input = smallest

/** The names of the eight, in the order of the team. */
export const names = FullstackTeam.agents.map((agent) => agent.name)

export interface Harm {
  /** Done before a file is written; the path tells whose file it is. */
  readonly atWrite?: (path: string) => Effect.Effect<void>
  /** Done before a command runs, such as `backend: npm run build`. */
  readonly atCommand?: (line: string) => Effect.Effect<void>
}

export interface World {
  readonly layer: Layer.Layer<
    | ActorSystem.ActorSystem
    | BackgroundTasks
    | ResultCache
    | RunStore
    | SubprocessModule.Subprocess
    | Workspace
    | Layer.Layer.Success<typeof NodeFileSystem.layer>
  >
  /** Every file as it was last written, in the order of first writing. */
  readonly written: Map<string, string>
  /** Every command that was begun, such as `backend: npm ci`. */
  readonly commands: Array<string>
}

/** New surroundings for one run. */
export const make = ({ atCommand = () => Effect.void, atWrite = () => Effect.void }: Harm = {}): World => {
  const written = new Map<string, string>()
  const commands: Array<string> = []
  const workspace = Layer.effect(
    Workspace,
    Effect.map(Workspace, (memory) =>
      Workspace.of({
        ...memory,
        write: (path, content) =>
          atWrite(path).pipe(
            Effect.zipRight(Effect.sync(() => written.set(path, String(content)))),
            Effect.zipRight(memory.write(path, content))
          )
      })
    )
  ).pipe(Layer.provide(Layer.fresh(Workspace.layerMemory)))
  const subprocess = SubprocessModule.Subprocess.layerTest((command) => {
    const line = lineOf(command)
    commands.push(line)
    return Effect.zipRight(atCommand(line), answer(command, line, written))
  })
  return {
    layer: Layer.fresh(
      Layer.mergeAll(
        workspace,
        subprocess,
        ActorSystem.layer(),
        BackgroundTasks.layer(),
        ResultCache.layerMemory(),
        RunStore.layerMemory(),
        NodeFileSystem.layer
      )
      // Crashes are logged, and here they are what is asked for.
    ).pipe(Layer.provide(Logger.minimumLogLevel(LogLevel.None))),
    written,
    commands
  }
}

/** What a report says of one agent. */
export const told = (report: Report, name: string): AgentReport => report.agents.find((agent) => agent.name === name)!

const lineOf = ({ args, command, cwd }: Command) => {
  const folder = cwd === "/" ? "" : `${cwd.replace(`${root}/`, "")}: `
  return `${folder}${show({ command, args: args.slice(0, args[0] === "run" ? 2 : 1) })}`
}

const answer = (command: Command, line: string, written: ReadonlyMap<string, string>): Answer => {
  if (command.command === "node") return command.args[0] === "-e" ? freePort : Effect.succeed(ended(0, { stdout: "v" }))
  if (line === "backend: npm start") return backend()(command)
  const [, folder] = /^(\w+): npm test$/.exec(line) ?? []
  if (folder !== undefined) return tests(folder, testsIn(folder, written))(command)
  return Effect.succeed(ended(0))
}

/** Every test that stands in a test file of the folder, passed. */
const testsIn = (folder: string, written: ReadonlyMap<string, string>) =>
  [...written].flatMap(([path, text]) =>
    path.startsWith(`${folder}/`) && /\.test\.tsx?$/.test(path)
      ? namedTests(text).map((test) => ({ ...test, file: path.slice(folder.length + 1) }))
      : []
  )
