/**
 * Installs the packages of a generated folder, in the background and once.
 *
 * Fetching packages is the longest thing that a run does and needs nothing but two files. So the developers start it as
 * soon as these are written, and go on writing; qa-engineer joins it, or starts it where nobody has, because the
 * developers' results were reused. It never fails its caller: how it went is a value, for the one who asks.
 *
 * @since 0.1.0
 */
import * as FileSystem from "@effect/platform/FileSystem"
import { Effect } from "effect"
import { BackgroundTasks, type Task } from "../../src/background/BackgroundTasks.ts"
import { Subprocess } from "../../src/background/Subprocess.ts"
import type { Assignment } from "../../src/team/Agent.ts"
import * as Artefact from "../../src/team/Artefact.ts"
import { Workspace } from "../../src/team/Workspace.ts"
import { hindrance, lastLines } from "./templates/quality/NpmOutput.ts"

/**
 * How an install ended. `failed`: the manifests are at fault. `notVerified`: npm is missing, the registry could not be
 * reached, or this machine refused.
 *
 * @category models
 */
export type Outcome =
  | { readonly _tag: "installed" }
  | { readonly _tag: "failed"; readonly detail: string }
  | { readonly _tag: "notVerified"; readonly detail: string }

export type Folder = "backend" | "frontend"

/**
 * The command, as it is run and reported. Scripts of packages stay unrun: what the projects use comes with its binaries
 * as optional packages, and foreign code then runs only where a build or a test calls it. `--include=dev` because the
 * user's npm may be set to leave out what building needs.
 *
 * @category models
 */
export const command = {
  command: "npm",
  args: ["ci", "--no-audit", "--no-fund", "--no-progress", "--prefer-offline", "--ignore-scripts", "--include=dev"]
} as const

/**
 * Starts the install of a folder whose `package.json` and `package-lock.json` are written. Returns at once, whatever
 * becomes of it.
 *
 * @category constructors
 */
export const start = (
  assignment: Pick<Assignment<unknown, unknown>, "runId">,
  folder: Folder
): Effect.Effect<void, never, BackgroundTasks | FileSystem.FileSystem | Subprocess | Workspace> =>
  Effect.ignore(task(assignment, folder)) // Without its manifests, or with a full table, the install is qa-engineer's.

/**
 * How the install of the folder went: joins one that was started in this run with the same manifests, or starts it.
 *
 * @category combinators
 */
export const outcome = (
  assignment: Pick<Assignment<unknown, unknown>, "runId">,
  folder: Folder
): Effect.Effect<Outcome, never, BackgroundTasks | FileSystem.FileSystem | Subprocess | Workspace> =>
  task(assignment, folder).pipe(
    Effect.flatMap((started) => started.wait),
    Effect.catchTags({
      WorkspaceError: (error) => Effect.succeed<Outcome>({ _tag: "failed", detail: error.message }),
      BackgroundTasksFull: (error) => Effect.succeed<Outcome>({ _tag: "notVerified", detail: error.message })
    })
  )

const task = Effect.fnUntraced(function* (assignment: { readonly runId: string }, folder: Folder) {
  const workspace = yield* Workspace
  const tasks = yield* BackgroundTasks
  const manifest = yield* workspace.read(`${folder}/package.json`)
  const lock = yield* workspace.read(`${folder}/package-lock.json`)
  const digest = Artefact.digest(`${Artefact.digest(manifest)} ${Artefact.digest(lock)}`)
  // The run is part of it: a later run in this process must look at the disk again, where things may have been removed.
  const id = `install ${assignment.runId} ${workspace.root}/${folder} ${digest}`
  const started: Task<Outcome, never> = yield* tasks.start(id, install(`${workspace.root}/${folder}`, digest))
  return started
})

const install = Effect.fn("Install.install")(function* (cwd: string, digest: string) {
  const files = yield* FileSystem.FileSystem
  const { run } = yield* Subprocess
  // Written after the install, removed by the next `npm ci` together with all else: its presence means it went well.
  const marker = `${cwd}/node_modules/.troupe-install`
  const before = yield* Effect.option(files.readFileString(marker))
  if (before._tag === "Some" && before.value === digest) return { _tag: "installed" } as Outcome

  return yield* run({ ...command, cwd, env, timeout: "5 minutes" }).pipe(
    Effect.flatMap((result): Effect.Effect<Outcome> => {
      if (result.exitCode !== 0) {
        const why = hindrance(result)
        return Effect.succeed(
          why === undefined ? { _tag: "failed", detail: lastLines(result, cwd) } : { _tag: "notVerified", detail: why }
        )
      }
      // Without the marker the next run installs again, which is slower and nothing worse.
      return Effect.as(Effect.ignore(files.writeFileString(marker, digest)), { _tag: "installed" })
    }),
    Effect.catchTags({
      SubprocessNotStarted: (error) => Effect.succeed<Outcome>({ _tag: "notVerified", detail: notStarted(error) }),
      SubprocessTimedOut: () =>
        Effect.succeed<Outcome>({ _tag: "notVerified", detail: "npm ci did not end within 5 minutes" })
    })
  )
})

// npm waits 10 s and then 60 s before it asks a silent registry again; who has no registry need not wait as long to learn
// it. A registry that is merely slow is not affected: these are pauses, not time-outs.
const env = { CI: "true", npm_config_fetch_retry_mintimeout: "1000", npm_config_fetch_retry_maxtimeout: "5000" }

const notStarted = (error: { readonly command: string; readonly reason: string; readonly detail: string }) =>
  error.reason === "notFound" ? `${error.command} is not on the PATH` : `${error.command}: ${error.detail}`
