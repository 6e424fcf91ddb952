/** An output folder that is a Map: the promises of `Workspace` without a disk. */
import { Effect } from "effect"
import * as Artefact from "../Artefact.ts"
import { refusal } from "../SafePath.ts"

interface Refusal {
  readonly reason: "outside" | "missing"
  readonly path: string
  readonly problem: string
  readonly next: string
}

/** `fail` makes the error: its class stands in the module that calls this one. */
export const make = <E>(fail: (refusal: Refusal) => E) => {
  const files = new Map<string, string>()

  const checked = (path: string): Effect.Effect<string, E> => {
    const problem = refusal(path)
    return problem === undefined
      ? Effect.succeed(path)
      : Effect.fail(fail({ reason: "outside", path, problem, next: "Use a path relative to the output folder." }))
  }

  return {
    root: "/memory",
    prepare: () => Effect.void,
    write: (path: string, content: string) =>
      Effect.map(checked(path), () => {
        files.set(path, content)
        const { sha256, sizeBytes } = Artefact.make(path, content)
        return { path, sha256, sizeBytes }
      }),
    read: (path: string) =>
      Effect.flatMap(checked(path), () => {
        const content = files.get(path)
        return content === undefined
          ? Effect.fail(
              fail({ reason: "missing", path, problem: "there is no such file", next: "Write it before reading it." })
            )
          : Effect.succeed(content)
      }),
    restore: (wanted: ReadonlyArray<Artefact.ArtefactFile>) =>
      Effect.forEach(wanted, (file) => Effect.map(checked(file.path), () => files.set(file.path, file.content)), {
        discard: true
      }),
    finish: (options: { readonly keep: ReadonlyArray<string>; readonly removeStale: boolean }) =>
      Effect.sync(() => {
        if (!options.removeStale) return
        const keep = new Set(options.keep)
        for (const path of files.keys()) if (!keep.has(path)) files.delete(path)
      })
  }
}
