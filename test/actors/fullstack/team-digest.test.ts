import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, assert, beforeEach, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { digestsOf } from "../../../actors/fullstack/internal/templateSources.ts"
import * as TemplateDigest from "../../../actors/fullstack/TemplateDigest.ts"

describe("TemplateDigest", () => {
  let root: string
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "troupe-digest-"))
    mkdirSync(join(root, "templates/backend/inner"), { recursive: true })
    writeFileSync(join(root, "templates/backend/a.ts"), "one")
    writeFileSync(join(root, "templates/backend/inner/b.ts"), "two")
  })
  afterEach(() => rmSync(root, { recursive: true, force: true }))

  it.effect("gives each folder of templates a digest of its own", () =>
    Effect.gen(function* () {
      const digests = yield* TemplateDigest.of("deploy", "operations")
      assert.deepStrictEqual(Object.keys(digests), ["templates/shared", "templates/deploy", "templates/operations"])
      for (const digest of Object.values(digests)) assert.match(digest, /^[0-9a-f]{64}$/)
      assert.notStrictEqual(digests["templates/deploy"], digests["templates/operations"])
      assert.deepStrictEqual(yield* TemplateDigest.of("deploy", "operations"), digests)
    })
  )

  it.effect("dies at the name of a folder that is not there", () =>
    Effect.gen(function* () {
      const defect = yield* TemplateDigest.of("nowhere").pipe(Effect.catchAllDefect((defect) => Effect.succeed(defect)))
      assert.match(String(defect), /no folder templates\/nowhere/)
    })
  )

  it("changes the shared digest with what is beside the templates, and only then", () => {
    const before = digestsOf(root)
    writeFileSync(join(root, "templates/backend/a.ts"), "one!")
    assert.strictEqual(digestsOf(root).shared, before.shared)
    writeFileSync(join(root, "Names.ts"), "names")
    assert.notStrictEqual(digestsOf(root).shared, before.shared)
  })

  it("changes with a file's content, its name and its place, and with nothing else", () => {
    const before = digestsOf(root)
    mkdirSync(join(root, "templates/frontend"))
    assert.strictEqual(digestsOf(root).backend, before.backend)

    writeFileSync(join(root, "templates/backend/a.ts"), "one!")
    assert.notStrictEqual(digestsOf(root).backend, before.backend)
    writeFileSync(join(root, "templates/backend/a.ts"), "one")
    assert.strictEqual(digestsOf(root).backend, before.backend)

    renameSync(join(root, "templates/backend/a.ts"), join(root, "templates/backend/inner/a.ts"))
    assert.notStrictEqual(digestsOf(root).backend, before.backend)
    renameSync(join(root, "templates/backend/inner/a.ts"), join(root, "templates/backend/c.ts"))
    assert.notStrictEqual(digestsOf(root).backend, before.backend)
  })
})
