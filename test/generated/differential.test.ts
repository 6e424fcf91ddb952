/**
 * The same requirements give the same bytes, wherever and whenever they are read. What a changed file touches is
 * `test/actors/fullstack/differential.test.ts`.
 */
import { execFile } from "node:child_process"
import * as fs from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { filesOf, folder } from "../actors/fullstack/fixtures/inFolder.ts"

const path = (below: string) => fileURLToPath(new URL(below, import.meta.url))

/** The digests of a project that a process with these settings has written. */
const written = (requirements: string, root: string, env: Readonly<Record<string, string>>) =>
  Effect.promise(async () => {
    await promisify(execFile)(
      process.execPath,
      ["--import", "tsx", path("./fixtures/writeInProcess.ts"), requirements, root],
      { env: { ...process.env, ...env } }
    )
    return Object.fromEntries([...filesOf(root)].map(([file, { sha256 }]) => [file, sha256]))
  })

describe("generation", () => {
  for (const name of ["everything", "unicode"]) {
    it.scoped(`gives the same bytes in every process, time zone and language: ${name}`, () =>
      Effect.gen(function* () {
        const root = yield* folder
        const requirements = path(`./requirements/${name}.yaml`)
        // Turkish has other capitals of `i`, Swedish another order of letters; both days begin at another time.
        const [one, other, third] = yield* Effect.all(
          [
            written(requirements, join(root, "one"), { TZ: "UTC", LC_ALL: "C" }),
            written(requirements, join(root, "other"), { TZ: "Pacific/Kiritimati", LC_ALL: "tr_TR.UTF-8" }),
            written(requirements, join(root, "third"), { TZ: "America/St_Johns", LC_ALL: "sv_SE.UTF-8" })
          ],
          { concurrency: 2 }
        )
        assert.isAbove(Object.keys(one).length, 100)
        assert.deepStrictEqual(other, one)
        assert.deepStrictEqual(third, one)
      })
    )
  }

  it.scoped("gives the same bytes for any line ends and a byte order mark, and writes none of its own", () =>
    Effect.gen(function* () {
      const root = yield* folder
      const text = fs.readFileSync(path("./requirements/everything.yaml"), "utf8")
      const [unix, windows] = [join(root, "unix.yaml"), join(root, "windows.yaml")]
      fs.writeFileSync(unix, text)
      fs.writeFileSync(windows, `\ufeff${text.replaceAll("\n", "\r\n")}`)
      const expected = yield* written(unix, join(root, "one"), {})
      assert.deepStrictEqual(yield* written(windows, join(root, "other"), {}), expected)
      for (const file of Object.keys(expected)) {
        assert.notMatch(fs.readFileSync(join(root, "one", file), "utf8"), /\r|^\ufeff/, file)
      }
    })
  )
})
