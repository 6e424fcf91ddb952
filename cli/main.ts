#!/usr/bin/env node
/**
 * The program. Reads the command line by the tables of Commands.ts, loads the chosen command and runs it once.
 *
 * Nothing heavy is imported here: `--help`, `--version` and a mistyped option answer without loading Effect.
 *
 * @since 0.1.0
 */
import { readFileSync } from "node:fs"
import { basename, relative } from "node:path"
import type { Effect } from "effect"
import * as Redaction from "../src/secrets/Redaction.ts"
import { nearest } from "../src/team/NearestName.ts"
import * as Commands from "./Commands.ts"
import type { Ending } from "./Ending.ts"
import type * as Failure from "./Failure.ts"
import * as Help from "./Help.ts"
import { type Command, type Invocation, type Options, parse, sentence } from "./Options.ts"
import * as Output from "./Output.ts"
import * as Packages from "./Packages.ts"
import { quote } from "./ShellWords.ts"
import type { Terminal } from "./Terminal.ts"

/** What a command's module does: an Effect of the exit code. */
type Main<O extends Options> = (
  invocation: Invocation<O>,
  context: { readonly program: string; readonly argv: ReadonlyArray<string>; readonly version: string }
) => Effect.Effect<number, Failure.Known, Terminal | Ending>

const script = process.argv[1] ?? "troupe"
/** How people called it, so that every hint can be pasted: `troupe`, or `node dist/main.js`. */
const program = /^troupe(\.cmd)?$/.test(basename(script)) ? "troupe" : `node ${quote(nearestPath(script))}`

function nearestPath(path: string): string {
  const here = workingFolder()
  if (here === undefined) return path
  const short = relative(here, path)
  return short === "" || short.startsWith("..") ? path : short
}

/** `undefined` where it has been removed under a shell that still stands in it. */
function workingFolder(): string | undefined {
  try {
    return process.cwd()
  } catch {
    return undefined
  }
}

interface PackageJson {
  readonly version: string
  readonly peerDependencies: Readonly<Record<string, string>>
}

const packageJson = (): PackageJson =>
  JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as PackageJson

const version = (): string => packageJson().version

const output = Output.make(process.stdout, process.stderr)

const out = (text: string): void => {
  output.stdout.write(text)
  const lost = output.lost()
  if (lost === undefined) return
  output.stderr.write(`troupe: this could not be written to stdout: ${lost}.\n`)
  process.exitCode = 1
}

const refuse = (mistakes: ReadonlyArray<string>, help: string): void => {
  const redact = Redaction.make([...Redaction.ofEnvironment(process.env), ...process.argv.flatMap(Redaction.ofUrls)])
  output.stderr.write(redact(`${mistakes.map((mistake) => `troupe: ${mistake}\n`).join("")}Try: ${program} ${help}\n`))
  process.exitCode = 2
}

const command =
  <O extends Options & { readonly debug: Options[string] }>(
    definition: Command<O>,
    load: () => Promise<{ readonly main: Main<O> }>
  ) =>
  async (argv: ReadonlyArray<string>): Promise<void> => {
    const end = argv.indexOf("--")
    const options = end === -1 ? argv : argv.slice(0, end)
    if (options.includes("--help") || options.includes("-h")) {
      out(Help.ofCommand(program, definition))
      return
    }
    if (workingFolder() === undefined) {
      const message = "the working folder does not exist any more; change into one that does."
      output.stderr.write(`troupe: ${message}\n`)
      process.exitCode = 2
      return
    }
    const parsed = parse(definition, argv)
    if ("mistakes" in parsed) return refuse(parsed.mistakes, `${definition.name} --help`)
    const missing = Packages.missing(Packages.needed(parsed.invocation.options as Packages.Wishes, process.env))
    if (missing.length > 0) {
      output.stderr.write(`troupe: ${Packages.advice(packageJson().peerDependencies, missing)}\n`)
      process.exitCode = 2
      return
    }
    const [Program, { main }] = await Promise.all([import("./Program.ts"), load()])
    Program.execute(main(parsed.invocation, { program, argv: [definition.name, ...argv], version: version() }), {
      debug: parsed.invocation.options.debug === true || (process.env.TROUPE_DEBUG ?? "") !== "",
      json: parsed.invocation.options.json === true,
      program,
      output
    })
  }

const commands: Readonly<Record<string, (argv: ReadonlyArray<string>) => Promise<void>>> = {
  run: command(Commands.run, () => import("./run.ts")),
  runs: command(Commands.runs, () => import("./runs.ts")),
  graph: command(Commands.graph, () => import("./graph.ts")),
  doctor: command(Commands.doctor, () => import("./doctor.ts"))
}

const main = async (argv: ReadonlyArray<string>): Promise<void> => {
  const [first, ...rest] = argv
  if (first === undefined) {
    output.stderr.write(Help.ofProgram(program, Commands.all))
    process.exitCode = 2
    return
  }
  if (first === "--help" || first === "-h") return void out(Help.ofProgram(program, Commands.all))
  if (first === "--version" || first === "-v") return void out(`${version()}\n`)
  if (first === "help") return rest[0] === undefined ? main(["--help"]) : main([rest[0], "--help"])
  if (first.startsWith("-")) {
    const near = nearest(first.replace(/^-+/, ""), ["help", "version"])
    return refuse([sentence(`Unknown option ${first}`, near, "--")], "--help")
  }
  const chosen = Object.hasOwn(commands, first) ? commands[first] : undefined
  if (chosen === undefined) {
    return refuse([sentence(`Unknown command "${first}"`, nearest(first, Object.keys(commands)))], "--help")
  }
  return chosen(rest)
}

await main(process.argv.slice(2))
