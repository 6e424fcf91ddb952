/**
 * `test/generated/PROMISES.md` says which test proves what people may rely on. Here each of them is looked up, and what
 * is promised of files alone is proven.
 */
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Install from "../actors/fullstack/Install.ts"
import { folder, generate, surroundings } from "./actors/fullstack/fixtures/inFolder.ts"

const root = fileURLToPath(new URL("..", import.meta.url))

const lines = readFileSync(join(root, "test/generated/PROMISES.md"), "utf8").split("\n")

const promises = lines
  .map((line) => /^\| (.+) \| `(test\/\S+)` \| (.+) \|$/.exec(line))
  .filter((row) => row !== null)
  .map(([, promise, file, title]) => ({ promise: promise!, file: file!, title: title! }))

const requirements = {
  name: "People",
  features: ["user-authentication"],
  entities: { User: { fields: { nickname: { type: "string", required: true } } } }
}

/** A written project, asked by path. */
const project = Effect.gen(function* () {
  const path = yield* folder
  yield* generate(requirements, path)
  return {
    has: (file: string) => existsSync(join(path, file)),
    text: (file: string) => readFileSync(join(path, file), "utf8")
  }
}).pipe(Effect.provide(surroundings()))

describe("promises", () => {
  it("are each proven by a test that exists", () => {
    assert.isAbove(promises.length, 60)
    const missing = promises.filter(({ file, title }) => {
      const path = join(root, file)
      if (!existsSync(path)) return true
      const text = readFileSync(path, "utf8")
      // As a whole string: a test whose title has become longer may prove something else.
      return !['"', "`"].some((quote) => text.includes(`${quote}${title}${quote}`))
    })
    assert.deepStrictEqual(missing, [])
  })

  it("fill every row of their tables", () => {
    const rows = lines.filter((line) => line.startsWith("| ") && !/^\| (Promise|---) /.test(line))
    assert.strictEqual(rows.length, promises.length)
  })

  it.scoped("a project has the folders and pages that are promised", () =>
    Effect.gen(function* () {
      const { has } = yield* project
      const promised = [
        "backend/package.json",
        "frontend/package.json",
        "deploy/compose.yaml",
        "docs/openapi.yaml",
        "docs/report.md",
        "docs/report.json"
      ]
      assert.deepStrictEqual(
        promised.filter((path) => !has(path)),
        []
      )
    })
  )

  it.scoped("a project pins every version, and installs without running a script", () =>
    Effect.gen(function* () {
      const { text } = yield* project
      assert.include(Install.command.args, "--ignore-scripts")
      for (const part of ["backend", "frontend"]) {
        const manifest = JSON.parse(text(`${part}/package.json`))
        const lock = JSON.parse(text(`${part}/package-lock.json`))
        for (const [name, version] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })) {
          assert.match(`${version}`, /^\d+\.\d+\.\d+$/, name)
          assert.strictEqual(lock.packages[`node_modules/${name}`].version, version, name)
        }
      }
    })
  )

  it.scoped("a backend keeps passwords as scrypt hashes", () =>
    Effect.gen(function* () {
      const { text } = yield* project
      assert.match(text("backend/src/auth/passwords.ts"), /import \{[^}]*\bscrypt\b[^}]*\} from "node:crypto"/)
    })
  )

  it.scoped("a User of the requirements is a table of its own, beside the accounts", () =>
    Effect.gen(function* () {
      const { text } = yield* project
      const tables = [...text("docs/schema.sql").matchAll(/CREATE TABLE IF NOT EXISTS "([^"]+)"/g)].map(
        ([, name]) => name
      )
      assert.include(tables, "users")
      const accounts = tables.filter((name) => name!.startsWith("_"))
      assert.isAbove(accounts.length, 0)
      assert.notInclude(text("backend/src/entities/user.ts"), "password")
    })
  )
})
