/** The backend of `requirements/loaded.yaml`, built and started, with so many rows in each table. */
import * as fs from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { Effect } from "effect"
import * as Requirements from "../../../actors/fullstack/Requirements.ts"
import * as RequirementsFile from "../../../layers/yaml/RequirementsFile.ts"
import { serving } from "../fixtures/serving.ts"
import { npmRun, writeProject } from "../fixtures/writtenProject.ts"
import { fill } from "./fill.ts"
import { ask } from "./watch.ts"

const file = fileURLToPath(new URL("../requirements/loaded.yaml", import.meta.url))

export const fullBackend = (rows: number) =>
  Effect.gen(function* () {
    const root = yield* Effect.acquireRelease(
      Effect.sync(() => fs.mkdtempSync(join(tmpdir(), "troupe-load-"))),
      (folder) => Effect.sync(() => fs.rmSync(folder, { recursive: true, force: true }))
    )
    const { value } = yield* RequirementsFile.read(file)
    const requirements = yield* Requirements.parse(value)
    yield* writeProject(value, root)
    yield* npmRun(root, "backend", "build")
    const databaseFile = join(root, "data.db")
    // Once without rows, for the tables.
    yield* Effect.scoped(serving(root, { databaseFile }))
    fill(databaseFile, requirements, rows)
    const { origin } = yield* serving(root, { databaseFile })
    const body = { email: "ada@example.com", password: "correct horse" }
    const stranger = { origin, cookie: "" }
    const account = yield* Effect.promise(() => ask(stranger, "POST", "/api/auth/register", { body }))
    const asker = { origin, cookie: (account.headers["set-cookie"]?.[0] ?? "").split(";")[0]! }
    const [company, task] = yield* Effect.promise(async () => [
      JSON.parse((await ask(asker, "GET", "/api/companies?sort=createdAt&pageSize=1")).text).items[0].id as string,
      JSON.parse((await ask(asker, "GET", "/api/tasks?sort=id&pageSize=1&page=15000")).text).items[0].id as string
    ])
    return { asker, company: company!, kept: `/api/tasks/${task}` }
  })
