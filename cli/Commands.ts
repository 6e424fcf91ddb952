/**
 * The commands and their tables: the single source for parsing, for help and for the types that a command receives.
 *
 * Only the tables are here, so that help costs nothing; what a command does is in the module of its name, which main.ts
 * loads when the command is chosen.
 *
 * @since 0.1.0
 */
import { defaultProfile, type Profile, profiles } from "../src/team/Profile.ts"
import { type Command, choice, flag, integer, type Options, text } from "./Options.ts"

const define = <const O extends Options>(command: Command<O>) => command

const FILE = { name: "FILE", about: "the requirements, in YAML or JSON" }
const DB = text("FILE", "the database of runs and results (default .troupe/troupe.db)")
const TEAM = text("NAME|./team.js", "a team that ships (default fullstack), or a module that exports one")
// The keys of a literal record: the compiler knows them, `Object.keys` does not say so.
const PROFILES = Object.keys(profiles) as ReadonlyArray<Profile>
const DEBUG = flag("on an error, show the stack and the log")

/** @category models */
export const run = define({
  name: "run",
  summary: "run a team that turns a requirements file into a project",
  details:
    "Results that were made and verified before from the same input are reused. To resume a run that was stopped, give the same command again.",
  arguments: [FILE],
  options: {
    out: text(
      "DIR",
      "where the project is written (default out/<name that FILE gives>; with a team of your own, where FILE gives none: out/<name of FILE>)"
    ),
    team: TEAM,
    profile: choice(
      "P",
      `how much may be used at once: ${PROFILES.join(", ")} (${PROFILES.map((name) => profiles[name].agentsAtOnce).join(", ")} agents; default: what scale in FILE says, else ${defaultProfile})`,
      PROFILES,
      undefined
    ),
    "agents-at-once": integer("N", "how many agents work at the same time, whatever the profile says", {
      min: 1,
      max: 1000
    }),
    model: text("PROVIDER:NAME", "a language model for the prose: anthropic:NAME or openai:NAME (default: none)"),
    "base-url": text("URL", "a server that speaks the model provider's protocol"),
    db: DB,
    "no-cache": flag("reuse nothing from earlier runs"),
    force: flag("overwrite other files, and your own edits, in the output folder"),
    json: flag("print the report as one JSON document on stdout"),
    otlp: text(
      "URL",
      "send the run's trace to this address, such as http://localhost:4318 (also: OTEL_EXPORTER_OTLP_ENDPOINT)"
    ),
    debug: DEBUG
  },
  examples: [
    "run examples/task-tracker.yaml",
    "run shop.yaml --out ../shop --agents-at-once 2",
    "run shop.yaml --model anthropic:claude-sonnet-4-5"
  ]
})

/** @category models */
export const runs = define({
  name: "runs",
  summary: "list the latest runs",
  arguments: [],
  options: {
    db: DB,
    limit: integer("N", "how many (default 20)", { min: 1, max: 10_000 }),
    json: flag("print them as one JSON document"),
    debug: DEBUG
  },
  examples: ["runs", "runs --limit 100 --json"]
})

/** @category models */
export const graph = define({
  name: "graph",
  summary: "show the agents, their dependencies and the order in which they run",
  details:
    "Reads and checks the requirements; runs nothing and writes nothing. Times are measurements of earlier runs where the database has them, and the agents' estimates otherwise.",
  arguments: [FILE],
  options: {
    team: TEAM,
    db: DB,
    format: choice("F", "text (default) or mermaid", ["text", "mermaid"], "text"),
    json: flag("print the graph as one JSON document"),
    debug: DEBUG
  },
  examples: ["graph examples/task-tracker.yaml", "graph shop.yaml --format mermaid"]
})

/** @category models */
export const doctor = define({
  name: "doctor",
  summary: "check what is set up, what is missing, and how fast each part responds",
  details: "Exit code 1 if something is missing that every run needs.",
  arguments: [],
  options: {
    db: DB,
    out: text("DIR", "the folder that should be writable (default out)"),
    otlp: text("URL", "the trace collector to try (default: OTEL_EXPORTER_OTLP_ENDPOINT)"),
    json: flag("print the findings as one JSON document"),
    debug: DEBUG
  },
  examples: ["doctor", "doctor --json"]
})

/** In the order of the help text. @category models */
export const all = [run, runs, graph, doctor]
