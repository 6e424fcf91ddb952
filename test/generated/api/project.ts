/** A project that is written and built once, and served anew for each test with a database of its own. */
import { randomUUID } from "node:crypto"
import { join } from "node:path"
import { Context, Effect, Layer } from "effect"
import * as Requirements from "../../../actors/fullstack/Requirements.ts"
import { folder } from "../fixtures/folder.ts"
import { type Server, type ServingOptions, serving } from "../fixtures/serving.ts"
import { npmRun, writeProject } from "../fixtures/writtenProject.ts"
import { type Client, makeClient } from "./client.ts"
import { describeApi, type Json } from "./description.ts"
import { makeRows } from "./rows.ts"
import { signUp } from "./session.ts"

/** A project that was written and built, with a backend that several checks share. */
export class BuiltProject extends Context.Tag("test/BuiltProject")<
  BuiltProject,
  { readonly root: string; readonly requirements: Requirements.Requirements; readonly shared: Client }
>() {}

/** Writes, builds and serves the project of these requirements. */
export const builtProject = (value: unknown) =>
  Layer.scoped(
    BuiltProject,
    Effect.gen(function* () {
      const root = yield* folder
      const requirements = yield* Requirements.parse(value)
      yield* writeProject(value, root)
      yield* npmRun(root, "backend", "build")
      const { client: shared } = yield* serve(root, requirements)
      yield* attempt(() => signUp(shared))
      return { root, requirements, shared }
    })
  )

export interface Backend {
  readonly client: Client
  readonly server: Server
  readonly databaseFile: string
}

const serve = (root: string, requirements: Requirements.Requirements, options: ServingOptions = {}) =>
  Effect.gen(function* () {
    const databaseFile = options.databaseFile ?? join(root, `${randomUUID()}.db`)
    const server = yield* serving(root, { ...options, databaseFile })
    const document = yield* Effect.tryPromise(() => fetch(`${server.origin}/openapi.json`).then((one) => one.json()))
    const client = makeClient(describeApi(requirements, document as Json), server.origin)
    return { client, server, databaseFile } satisfies Backend
  })

/** Starts another backend of the project, by default with an empty database, and a client that has read its document. */
export const backend = (options?: ServingOptions) =>
  Effect.flatMap(BuiltProject, ({ requirements, root }) => serve(root, requirements, options))

/** Runs a check against the shared backend, signed in where the project has accounts, and without any row. */
export const withClient = <A>(check: (client: Client) => Promise<A>) =>
  Effect.gen(function* () {
    const { shared } = yield* BuiltProject
    yield* attempt(() => clear(shared))
    return yield* attempt(() => check(shared))
  })

/** Runs a check against a backend of its own, signed in where the project has accounts. */
export const withBackend = (check: (client: Client) => Promise<void>, options?: ServingOptions) =>
  Effect.gen(function* () {
    const { client } = yield* backend(options)
    yield* attempt(() => signUp(client))
    yield* attempt(() => check(client))
  })

/** Deletes every row: first what refers by choice lets go, then what nothing refers to, again and again. */
const clear = async (client: Client) => {
  const { collections } = client.api
  const rows = await makeRows(client).everything()
  const items = collections.flatMap(({ entity, path }) =>
    rows[path]!.map((row) => {
      const optional = entity.fields.filter((field) => field.type === "reference" && !field.required)
      const held = optional.filter(({ name }) => row[name] !== null)
      return { at: `${path}/${row.id}`, body: Object.fromEntries(held.map(({ name }) => [name, null])) }
    })
  )
  const holding = items.filter(({ body }) => Object.keys(body).length > 0)
  await Promise.all(holding.map(({ at, body }) => client.expect(200, "PATCH", at, { body })))
  for (let left = items; left.length > 0; ) {
    const answers = await Promise.all(left.map(({ at }) => client.send("DELETE", at)))
    const kept = left.filter((_, index) => answers[index]!.status === 409)
    if (kept.length === left.length)
      throw new Error(`rows that cannot be deleted: ${kept.map(({ at }) => at).join(", ")}`)
    left = kept
  }
}

/** Assertions fail as they are, so that the report shows what differs. */
export const attempt = <A>(work: () => Promise<A>) => Effect.tryPromise({ try: work, catch: (error) => error })
