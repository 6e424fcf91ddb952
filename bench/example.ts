/**
 * The shipped example, as a whole process: from nothing, again with everything reused, and one agent at a time.
 *
 * "From nothing" has a new database and a new output folder, and npm's own cache as it stands after the warm-up round: the
 * network is not measured. Needs `npm run build`; `npm run bench` does it.
 */
import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { type Contender, expect, type Subject, timed } from "./Bench.ts"

const main = fileURLToPath(new URL("../dist/main.js", import.meta.url))
const example = fileURLToPath(new URL("../examples/task-tracker.yaml", import.meta.url))

const run = (folder: string, args: ReadonlyArray<string>, reused: number) =>
  timed(async () => {
    const { status, stdout } = spawnSync(
      process.execPath,
      [main, "run", example, "--out", join(folder, "out"), "--db", join(folder, "troupe.db"), "--json", ...args],
      { encoding: "utf8", maxBuffer: 64 * 2 ** 20 }
    )
    expect("exit code of troupe run", status, 0)
    const { counts } = JSON.parse(stdout) as { readonly counts: { readonly reused: number } }
    expect("agents reused", counts.reused, reused)
  })

const fresh = (name: string, args: ReadonlyArray<string>): Contender => ({
  name,
  round: async () => {
    const folder = mkdtempSync(join(tmpdir(), "troupe-bench-"))
    try {
      return await run(folder, args, 0)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }
})

const kept = mkdtempSync(join(tmpdir(), "troupe-bench-"))
process.on("exit", () => rmSync(kept, { recursive: true, force: true }))
let made = false
const again: Contender = {
  name: "again, everything reused",
  round: async () => {
    if (!made) await run(kept, [], 0)
    made = true
    return run(kept, [], 8)
  }
}

export const subjects: ReadonlyArray<Subject> = [
  {
    title: "the task tracker",
    onlyTroupe: true,
    work: "troupe run examples/task-tracker.yaml, installed, type-checked, built and tested",
    rounds: 3,
    contenders: [fresh("from nothing", []), again, fresh("from nothing, --agents-at-once 1", ["--agents-at-once", "1"])]
  }
]
