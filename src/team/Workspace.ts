/**
 * The output folder of a run: the one place agents write to, and the guard at its door.
 *
 * Nothing leaves the folder, nothing of somebody else's is overwritten, and a file is either the old one or the new one,
 * never a half. `layers/node/NodeWorkspace.ts` is the folder on disk; `layerMemory` keeps the same promises in memory, for
 * tests and for apps that want the files as values.
 *
 * @since 0.1.0
 */
import { Context, Data, Effect, Layer, type Scope } from "effect"
import { type Artefact, type ArtefactFile, type Content, type FileOptions, make as makeArtefact } from "./Artefact.ts"
import { refusal } from "./SafePath.ts"

/**
 * A file or the folder cannot be used.
 *
 * - `outside`: the path is absolute, holds `..` or NUL, or leads out of the folder through a symbolic link
 * - `foreign`: the folder, or the file to be written, is somebody else's or another team's
 * - `edited`: files of ours were changed by somebody since
 * - `missing`: there is no such file
 * - `unwritable`: the system refused
 * - `busy`: another run works in the folder
 * - `ended`: whoever asked for it has ended, such as an attempt that timed out
 * - `undeclared`: an agent reads a file that it has not declared by `filesOf`, or does what is the run's to do
 *
 * @category errors
 */
export class WorkspaceError extends Data.TaggedError("WorkspaceError")<{
  readonly reason: "outside" | "foreign" | "edited" | "missing" | "unwritable" | "busy" | "ended" | "undeclared"
  /** The path as it was asked for, or the folder. */
  readonly path: string
  /** What is wrong, in words, and what to do next. */
  readonly problem: string
  readonly next: string
}> {
  override get message() {
    return `${this.path}: ${this.problem}. ${this.next}`
  }
}

/** How a folder is taken into use. @category models */
export interface PrepareOptions {
  /** The team that will work there. A folder belongs to one team. */
  readonly team: string
  /** Take the folder over: edited and foreign files may be overwritten, also another team's. Default `false`. */
  readonly force?: boolean | undefined
}

/** How a file is written. @category models */
export interface WriteOptions extends FileOptions {
  /**
   * Calls the write off: once it is aborted, a file that does not stand there yet never will, and the write fails with
   * `ended`. It is looked at in the same step in which the file comes to be.
   */
  readonly signal?: AbortSignal | undefined
}

/**
 * The output folder.
 *
 * @category services
 */
export class Workspace extends Context.Tag("troupe/Workspace")<
  Workspace,
  {
    /** The folder, as an absolute path where it is on disk. Subprocesses work in it. */
    readonly root: string
    /**
     * Takes the folder into use until the scope closes; called once at the start of a run, before anything is written.
     * Refused with `busy` while another run has it, in this process or any other.
     */
    readonly prepare: (options: PrepareOptions) => Effect.Effect<void, WorkspaceError, Scope.Scope>
    /** Whether a run works in another folder, given as its absolute path. One that cannot be looked at is not busy. */
    readonly isBusy: (root: string) => Effect.Effect<boolean>
    /** Writes a whole file atomically, making folders as needed. */
    readonly write: (path: string, content: Content, options?: WriteOptions) => Effect.Effect<Artefact, WorkspaceError>
    /** The text of a file, as UTF-8. */
    readonly read: (path: string) => Effect.Effect<string, WorkspaceError>
    readonly readBytes: (path: string) => Effect.Effect<Uint8Array, WorkspaceError>
    /** Makes sure that the files stand as they are here; those that already do are not touched. */
    readonly restore: (files: ReadonlyArray<ArtefactFile>) => Effect.Effect<void, WorkspaceError>
    /**
     * Ends the work of a run. Files of an earlier run that are not among `keep` are removed, if `removeStale`, unless
     * somebody has edited them; gives the paths of those that were.
     */
    readonly finish: (options: {
      readonly keep: ReadonlyArray<string>
      readonly removeStale: boolean
    }) => Effect.Effect<ReadonlyArray<string>, WorkspaceError>
  }
>() {
  /** The folder in memory. `root` is a name only: no subprocess can work in it. */
  static readonly layerMemory: Layer.Layer<Workspace> = Layer.suspend(() => Layer.succeed(Workspace, makeMemory()))
}

/** The error of a write that was called off. @category constructors */
export const calledOff = (path: string): WorkspaceError =>
  new WorkspaceError({
    reason: "ended",
    path,
    problem: "whoever wrote it has ended meanwhile",
    next: "Nothing was written; let the work wait for its writes."
  })

const memoryRoot = "/memory"

/** An output folder that is a Map: the promises of `Workspace` without a disk. */
const makeMemory = (): Workspace["Type"] => {
  const files = new Map<string, Content>()
  let busy = false
  let team: string | undefined

  const refuse = (fields: ConstructorParameters<typeof WorkspaceError>[0]) => Effect.fail(new WorkspaceError(fields))

  const checked = (path: string): Effect.Effect<string, WorkspaceError> => {
    const problem = refusal(path)
    return problem === undefined
      ? Effect.succeed(path)
      : refuse({ reason: "outside", path, problem, next: "Use a path relative to the output folder." })
  }

  const contentOf = (path: string) =>
    Effect.flatMap(checked(path), () => {
      const content = files.get(path)
      if (content !== undefined) return Effect.succeed(content)
      return refuse({ reason: "missing", path, problem: "there is no such file", next: "Write it before reading it." })
    })

  return Workspace.of({
    root: memoryRoot,
    prepare: (options: { readonly team: string; readonly force?: boolean | undefined }) =>
      Effect.gen(function* () {
        if (busy) {
          const next = "Wait until it ends, or give this run a Workspace of its own."
          return yield* refuse({ reason: "busy", path: memoryRoot, problem: "another run works in this folder", next })
        }
        if (team !== undefined && team !== options.team && options.force !== true) {
          const problem = `the folder holds what the team "${team}" made`
          const next = `Give "${options.team}" a Workspace of its own, or this one with \`force\`.`
          return yield* refuse({ reason: "foreign", path: memoryRoot, problem, next })
        }
        team = options.team
        yield* Effect.acquireRelease(
          Effect.sync(() => {
            busy = true
          }),
          () =>
            Effect.sync(() => {
              busy = false
            })
        )
      }),
    isBusy: (other: string) => Effect.sync(() => other === memoryRoot && busy),
    write: (path: string, content: Content, options?: { readonly signal?: AbortSignal | undefined }) =>
      Effect.flatMap(checked(path), () => {
        if (options?.signal?.aborted) return Effect.fail(calledOff(path))
        files.set(path, content)
        const { sha256, sizeBytes } = makeArtefact(path, content)
        return Effect.succeed({ path, sha256, sizeBytes })
      }),
    read: (path: string) => Effect.map(contentOf(path), (content) => Buffer.from(content).toString("utf8")),
    readBytes: (path: string) => Effect.map(contentOf(path), (content): Uint8Array => Buffer.from(content)),
    restore: (wanted: ReadonlyArray<ArtefactFile>) =>
      Effect.forEach(wanted, (file) => Effect.map(checked(file.path), () => files.set(file.path, file.content)), {
        discard: true
      }),
    finish: (options: { readonly keep: ReadonlyArray<string>; readonly removeStale: boolean }) =>
      Effect.sync(() => {
        const keep = new Set(options.keep)
        const stale = options.removeStale ? [...files.keys()].filter((path) => !keep.has(path)) : []
        for (const path of stale) files.delete(path)
        return stale
      })
  })
}
