import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { assert, describe, it } from "@effect/vitest"

describe("examples/embedded-actor.ts", () => {
  it("runs by itself: refuses by type, survives a crash, and ends", async () => {
    const cwd = fileURLToPath(new URL("../..", import.meta.url))
    const { stderr, stdout } = await promisify(execFile)(
      process.execPath,
      ["--import", "tsx", "examples/embedded-actor.ts"],
      { cwd, timeout: 60_000 }
    )
    assert.deepStrictEqual(stdout.trim().split("\n"), [
      "order 1: 3 pieces, 2 left",
      "refused: 2 left",
      "order 2: 4 pieces, 8 left",
      'Desk/front crashed while it handled ScanBadLabel: the cause is in "cause".',
      "order 1: 2 pieces, 6 left"
    ])
    assert.strictEqual(stderr, "")
  }, 60_000)
})
