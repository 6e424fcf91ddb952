/**
 * The output folder on disk.
 *
 * What makes a folder ours is `.troupe/manifest.jsonl` in it: one line for each file we write, appended before the file
 * appears. So after a kill at any moment every file of ours is listed with its digest, a file that somebody has edited is
 * told from one that we wrote, and what tools made in between (`node_modules`, `dist`) is neither ours nor in the way.
 * A file comes to be by renaming a finished one, so it is never seen half.
 *
 * @since 0.1.0
 */
import { renameSync } from "node:fs"
import * as fs from "node:fs/promises"
import * as path from "node:path"
import { Effect, Layer } from "effect"
import * as Artefact from "../../src/team/Artefact.ts"
import {
  calledOff,
  type PrepareOptions,
  Workspace,
  WorkspaceError,
  type WriteOptions
} from "../../src/team/Workspace.ts"
import * as FolderLock from "./internal/folderLock.ts"
import * as Manifest from "./internal/workspaceManifest.ts"
import { insideOf, refusalOf } from "./internal/workspacePath.ts"
import { makeFolder } from "./MakeFolder.ts"

export interface Options {
  /** The output folder; made if need be. */
  readonly root: string
}

/** Entries that say nothing about whose folder it is. */
const tolerated = new Set([Manifest.folder, ".git", ".DS_Store"])
const isForeign = (entry: string) => !tolerated.has(entry)

/**
 * A folder on disk. Nothing is touched until `prepare`.
 *
 * @category layers
 */
export const layer = (options: Options): Layer.Layer<Workspace> =>
  Layer.sync(Workspace, () => make(options, { byRun: true }))

/**
 * A folder on disk that is prepared before anything else is: for a program that makes something of its own, such as a
 * database, only where the folder may be used. Fails as `prepare` does. The run's own `prepare` finds it done, and a
 * second one is refused as busy; the folder is let go with the layer, and what was made for it removed if no run came.
 *
 * @category layers
 */
export const layerPrepared = (options: Options & PrepareOptions): Layer.Layer<Workspace, WorkspaceError> =>
  Layer.scoped(
    Workspace,
    Effect.gen(function* () {
      const taken = { byRun: false }
      const workspace = make(options, taken)
      yield* workspace.prepare(options)
      return Workspace.of({
        ...workspace,
        prepare: (wish) =>
          Effect.suspend(() => {
            if (taken.byRun || wish.team !== options.team || (wish.force ?? false) !== (options.force ?? false)) {
              return workspace.prepare(wish)
            }
            taken.byRun = true
            return Effect.void
          })
      })
    })
  )

/** `taken`: whether a run has the folder, or it was only prepared for one. */
const make = (options: Options, taken: { readonly byRun: boolean }): Workspace["Type"] => {
  const root = path.resolve(options.root)
  const manifest = Manifest.make(root)
  let force = false

  const attempt = <A>(file: string, action: () => Promise<A>) =>
    Effect.tryPromise({
      try: action,
      catch: (cause) => (cause instanceof WorkspaceError ? cause : unwritable(file, cause))
    })

  // The folder is claimed before it is judged: what another run writes meanwhile would be taken for an edit.
  const prepare = Effect.fn("Workspace.prepare")(function* (wish: PrepareOptions) {
    if (yield* attempt(root, manifest.isElsewhere)) return yield* notesElsewhere(root)
    const foreign = yield* attempt(root, () => entriesOf(root).then((all) => all.filter(isForeign)))
    if (foreign.length > 0 && wish.force !== true && !(yield* attempt(root, manifest.exists))) {
      return yield* foreignFolder(root, foreign)
    }
    const claim = yield* Effect.acquireRelease(
      attempt(root, async () => {
        const made = makeFolder(path.join(root, Manifest.folder))
        return { made, ...(await manifest.claim()) }
      }),
      (claim) =>
        Effect.promise(async () => {
          if (claim._tag === "Held") return
          // No run came: what was made for it goes, before somebody else may take it.
          if (!taken.byRun) await unmake(claim.made)
          claim.release()
        })
    )
    if (claim._tag === "Held") return yield* busy(root, claim.by)
    yield* attempt(root, manifest.load)
    const before = manifest.team()
    if (wish.force !== true) {
      if (before !== undefined && before !== wish.team) return yield* foreignTeam(root, before, wish.team)
      const edited = yield* attempt(root, () => editedFiles(root, manifest))
      if (edited.length > 0) return yield* editedFolder(root, edited)
    }
    force = wish.force === true
    manifest.hand(wish.team)
    yield* attempt(root, manifest.compact)
  })

  const checked = Effect.fnUntraced(function* (file: string) {
    const problem = refusalOf(file) ?? (yield* attempt(file, () => insideOf(root, file)))
    if (problem === undefined) return path.join(root, file)
    const next = "Use a path that stays in the output folder."
    return yield* new WorkspaceError({ reason: "outside", path: file, problem, next })
  })

  const write = Effect.fnUntraced(function* (file: string, content: Artefact.Content, options?: WriteOptions) {
    const target = yield* checked(file)
    const { content: _, ...artefact } = Artefact.make(file, content, options)
    const standing = yield* attempt(file, () => digestOf(target))
    if (standing !== undefined && standing !== artefact.sha256 && !force && !manifest.has(file)) {
      return yield* foreignFile(file)
    }
    const put = attempt(file, async () => {
      if (options?.signal?.aborted) throw calledOff(file)
      await manifest.record(file, artefact.sha256)
      if (standing === artefact.sha256) return setExecutable(target, options)
      const half = manifest.temporary()
      const land = () => {
        if (options?.signal?.aborted) throw calledOff(file)
        // In the same step as the look above: nothing is put there for those who have ended between the two.
        renameSync(half, target)
      }
      try {
        await fs.writeFile(half, content)
        // Who may read it, and whether it is a program, stays as people have set it.
        const before = standing === undefined ? undefined : await fs.lstat(target)
        if (before?.isFile()) await fs.chmod(half, before.mode & 0o7777)
        await setExecutable(half, options)
        try {
          land()
        } catch (cause) {
          // The folder is nearly always there: it is made only where the rename misses it.
          if (codeOf(cause) !== "ENOENT") throw cause
          makeFolder(path.dirname(target))
          land()
        }
      } catch (cause) {
        await fs.rm(half, { force: true }).catch(() => undefined)
        throw cause
      }
    })
    // Left alone by an interruption it would go on, and put the file there after the run has let go of the folder.
    yield* Effect.uninterruptible(put)
    return artefact
  })

  const bytesOf = Effect.fnUntraced(function* (file: string) {
    const target = yield* checked(file)
    return yield* Effect.tryPromise({
      try: () => fs.readFile(target),
      catch: (cause) => (codeOf(cause) === "ENOENT" ? missing(file) : unwritable(file, cause))
    })
  })

  return Workspace.of({
    root,
    prepare,
    isBusy: (other) => Effect.promise(() => isBusy(path.resolve(other))),
    write,
    read: (file) => Effect.map(bytesOf(file), (bytes) => bytes.toString("utf8")),
    readBytes: bytesOf,
    restore: (files) =>
      Effect.forEach(files, (file) => write(file.path, file.content, { executable: file.executable }), {
        concurrency: 8,
        discard: true
      }),
    finish: Effect.fn("Workspace.finish")(function* (end) {
      const removed: Array<string> = []
      if (end.removeStale) {
        const keep = new Set(end.keep)
        for (const file of manifest.paths()) {
          if (keep.has(file)) continue
          if (yield* attempt(file, () => removeStale(root, file, manifest))) removed.push(file)
        }
      }
      yield* attempt(root, manifest.compact)
      return removed
    })
  })
}

/** Removes the notes, and the folders made for them as far as nothing else stands there by now. */
const unmake = async (made: ReadonlyArray<string>): Promise<void> => {
  for (const folder of [...made].reverse()) {
    const isNotes = path.basename(folder) === Manifest.folder
    const removed = await (isNotes ? fs.rm(folder, { recursive: true }) : fs.rmdir(folder)).then(
      () => true,
      () => false
    )
    if (!removed) return
  }
}

const isBusy = (root: string): Promise<boolean> =>
  FolderLock.claim(path.join(root, Manifest.folder)).then(
    (claim) => {
      if (claim._tag === "Claimed") claim.release()
      return claim._tag === "Held"
    },
    // The folder is gone, or nobody's.
    () => false
  )

/** Whoever may read a program may run it. */
const setExecutable = async (file: string, options: Artefact.FileOptions | undefined): Promise<void> => {
  if (options?.executable === undefined) return
  const mode = (await fs.lstat(file)).mode & 0o7777
  const wanted = options.executable ? mode | ((mode & 0o444) >> 2) : mode & ~0o111
  if (wanted !== mode) await fs.chmod(file, wanted)
}

/**
 * Removes a file of an earlier run, unless somebody has edited it meanwhile, and the folders that are empty then. A folder
 * that has become a link out of ours since is left alone, too. Says whether the file was removed.
 */
const removeStale = async (root: string, file: string, manifest: Manifest.Manifest): Promise<boolean> => {
  const target = path.join(root, file)
  const standing = (await insideOf(root, file)) === undefined ? await digestOf(target) : undefined
  const ours = standing !== undefined && manifest.isOurs(file, standing)
  if (ours) {
    await fs.rm(target)
    for (let folder = path.dirname(target); folder !== root; folder = path.dirname(folder)) {
      const empty = await fs.rmdir(folder).then(
        () => true,
        () => false
      )
      if (!empty) break
    }
  }
  manifest.forget(file)
  return ours
}

const editedFiles = async (root: string, manifest: Manifest.Manifest): Promise<ReadonlyArray<string>> => {
  const edited: Array<string> = []
  for (const file of manifest.paths()) {
    const standing = await digestOf(path.join(root, file))
    if (standing !== undefined && !manifest.isOurs(file, standing)) edited.push(file)
  }
  return edited
}

/** The digest of a file as it stands, `undefined` if there is none. A link counts as itself, not as what it leads to. */
const digestOf = async (target: string): Promise<string | undefined> => {
  try {
    const stat = await fs.lstat(target)
    if (stat.isDirectory()) throw Object.assign(new Error("a folder stands there"), { code: "EISDIR" })
    return stat.isSymbolicLink() ? "a symbolic link" : Artefact.digest(await fs.readFile(target))
  } catch (cause) {
    if (codeOf(cause) === "ENOENT") return undefined
    throw cause
  }
}

const entriesOf = async (root: string): Promise<ReadonlyArray<string>> => {
  try {
    return await fs.readdir(root)
  } catch (cause) {
    if (codeOf(cause) === "ENOENT") return []
    throw cause
  }
}

const foreignFolder = (root: string, entries: ReadonlyArray<string>) =>
  new WorkspaceError({
    reason: "foreign",
    path: root,
    problem: `the folder holds files that are not ours (${some(entries)})`,
    next: "Choose an empty or new folder with --out, or write into this one with --force."
  })

const editedFolder = (root: string, files: ReadonlyArray<string>) =>
  new WorkspaceError({
    reason: "edited",
    path: root,
    problem: `files were changed since they were written (${some(files)})`,
    next: "Keep your changes by choosing another folder with --out, or write over them with --force."
  })

const notesElsewhere = (root: string) =>
  new WorkspaceError({
    reason: "outside",
    path: path.join(root, Manifest.folder),
    problem: "the run's notes would be written through a symbolic link",
    next: "Remove the link, or choose another folder with --out."
  })

const foreignFile = (file: string) =>
  new WorkspaceError({
    reason: "foreign",
    path: file,
    problem: "a file that is not ours stands there",
    next: "Move it away, choose another folder with --out, or write over it with --force."
  })

const foreignTeam = (root: string, theirs: string, ours: string) =>
  new WorkspaceError({
    reason: "foreign",
    path: root,
    problem: `the folder holds what the team "${theirs}" made`,
    next: `Choose another folder with --out, or hand this one to "${ours}" with --force, which removes what "${theirs}" made.`
  })

const busy = (root: string, { host, pid }: FolderLock.Holder) =>
  new WorkspaceError({
    reason: "busy",
    path: root,
    problem: `another run (${pid === undefined ? "of a process that did not say who it is" : `process ${pid} on ${host ?? "an unnamed host"}`}) works in this folder`,
    next: "Wait until it ends, or choose another folder with --out."
  })

const missing = (file: string) =>
  new WorkspaceError({
    reason: "missing",
    path: file,
    problem: "there is no such file",
    next: "Write it before reading it."
  })

const unwritable = (file: string, cause: unknown) => {
  const code = codeOf(cause)
  const [problem, next] =
    refusals[code] ??
    (code.startsWith("SQLITE_")
      ? [`its lock cannot be taken (${code}), as on a disk without locks`, elsewhere]
      : [cause instanceof Error ? cause.message : String(cause), elsewhere])
  return new WorkspaceError({ reason: "unwritable", path: file, problem, next })
}

const elsewhere = "Choose another folder with --out."
const writable = "Make it writable, or choose another folder with --out."
const movable = "Move it away, or choose another folder with --out."

/** By the system's codes: what is wrong, and what to do about it. */
const refusals: Readonly<Record<string, readonly [problem: string, next: string]>> = {
  ENOENT: ["no folder can be made there", elsewhere],
  EACCES: ["you may not read or write there", writable],
  EPERM: ["you may not read or write there", writable],
  EROFS: ["the file system is read-only", elsewhere],
  ENOSPC: ["the disk is full", "Free some space, or choose a folder on another disk with --out."],
  ENOTDIR: ["a file stands where a folder is needed", movable],
  EEXIST: ["a file stands where a folder is needed", movable],
  EISDIR: ["a folder stands where a file is needed", movable],
  ENAMETOOLONG: ["the path is too long", "Choose a shorter one with --out."],
  ELOOP: ["symbolic links lead in a circle", elsewhere]
}

const codeOf = (cause: unknown): string => String((cause as { code?: unknown } | null)?.code ?? "")

const some = (names: ReadonlyArray<string>): string =>
  names.length <= 5 ? names.join(", ") : `${names.slice(0, 5).join(", ")} and ${names.length - 5} more`
