/** An output folder that is a Map: the promises of `Workspace` without a disk. */
import { Effect } from "effect"
import * as Artefact from "../Artefact.ts"
import { refusal } from "../SafePath.ts"

interface Refusal {
  readonly reason: "outside" | "missing" | "busy" | "foreign"
  readonly path: string
  readonly problem: string
  readonly next: string
}

const root = "/memory"

/** `fail` and `calledOff` make the errors: their class stands in the module that calls this one. */
export const make = <E>(fail: (refusal: Refusal) => E, calledOff: (path: string) => E) => {
  const files = new Map<string, Artefact.Content>()
  let busy = false
  let team: string | undefined

  const refuse = (refusal: Refusal) => Effect.fail(fail(refusal))

  const checked = (path: string): Effect.Effect<string, E> => {
    const problem = refusal(path)
    return problem === undefined
      ? Effect.succeed(path)
      : Effect.fail(fail({ reason: "outside", path, problem, next: "Use a path relative to the output folder." }))
  }

  const contentOf = (path: string) =>
    Effect.flatMap(checked(path), () => {
      const content = files.get(path)
      if (content !== undefined) return Effect.succeed(content)
      return refuse({ reason: "missing", path, problem: "there is no such file", next: "Write it before reading it." })
    })

  return {
    root,
    prepare: (options: { readonly team: string; readonly force?: boolean | undefined }) =>
      Effect.gen(function* () {
        if (busy) {
          const next = "Wait until it ends, or give this run a Workspace of its own."
          return yield* refuse({ reason: "busy", path: root, problem: "another run works in this folder", next })
        }
        if (team !== undefined && team !== options.team && options.force !== true) {
          const problem = `the folder holds what the team "${team}" made`
          const next = `Give "${options.team}" a Workspace of its own, or this one with \`force\`.`
          return yield* refuse({ reason: "foreign", path: root, problem, next })
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
    isBusy: (other: string) => Effect.sync(() => other === root && busy),
    write: (path: string, content: Artefact.Content, options?: { readonly signal?: AbortSignal | undefined }) =>
      Effect.flatMap(checked(path), () => {
        if (options?.signal?.aborted) return Effect.fail(calledOff(path))
        files.set(path, content)
        const { sha256, sizeBytes } = Artefact.make(path, content)
        return Effect.succeed({ path, sha256, sizeBytes })
      }),
    read: (path: string) => Effect.map(contentOf(path), (content) => Buffer.from(content).toString("utf8")),
    readBytes: (path: string) => Effect.map(contentOf(path), (content): Uint8Array => Buffer.from(content)),
    restore: (wanted: ReadonlyArray<Artefact.ArtefactFile>) =>
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
  }
}
