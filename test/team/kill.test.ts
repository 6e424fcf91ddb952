import { execFile } from "node:child_process"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import Database from "better-sqlite3"
import { build } from "tsdown"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import * as FolderLock from "../../layers/node/internal/folderLock.ts"

const home = fs.mkdtempSync(path.join(os.tmpdir(), "troupe-kill-"))
const program = path.join(home, "program.mjs")
const here = path.dirname(new URL(import.meta.url).pathname)
const root = path.join(here, "..", "..")

// Bundled once, so that nineteen processes do not compile it nineteen times. Packages are found through the link.
beforeAll(async () => {
  fs.symlinkSync(path.join(root, "node_modules"), path.join(home, "node_modules"))
  await build({
    entry: { program: path.join(here, "killProgram.ts") },
    outDir: home,
    outExtensions: () => ({ js: ".mjs" }),
    clean: false,
    config: false,
    dts: false,
    format: "esm",
    logLevel: "error",
    platform: "node"
  })
})
afterAll(() => fs.rmSync(home, { recursive: true, force: true }))

interface Ended {
  readonly signal: string | undefined
  readonly out: string
  readonly err: string
}

const run = (folder: string, ...args: ReadonlyArray<string>): Promise<Ended> =>
  new Promise((resolve) => {
    execFile(process.execPath, [program, folder, ...args], (error, out, err) =>
      resolve({ signal: error?.signal ?? undefined, out, err })
    )
  })

const worked = (folder: string) => fs.readFileSync(path.join(folder, "worked.txt"), "utf8").trim().split("\n")

const names = Array.from({ length: 8 }, (_, index) => `agent-${index + 1}`)

/** The files of the project, without the run's own notes and its report, which tells of times. */
const made = (folder: string) =>
  Object.fromEntries(
    fs
      .readdirSync(path.join(folder, "out"), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !/\.troupe|docs/.test(entry.parentPath))
      .map((entry) => path.join(entry.parentPath, entry.name))
      .sort()
      .map((file) => [path.relative(folder, file), fs.readFileSync(file, "utf8")])
  )

const fresh = (name: string) => {
  const folder = path.join(home, name)
  fs.mkdirSync(folder)
  return folder
}

const whole = Object.fromEntries(
  names.flatMap((name) => [
    [`out/${name}/first.txt`, `first of ${name}\n`],
    [`out/${name}/second.txt`, `second of ${name}\n`]
  ])
)

describe("a run killed with -9", { timeout: 60_000 }, () => {
  for (const n of [1, 2, 3, 4, 5, 6, 7, 8]) {
    it(`after commit ${n} is finished by the same command, and nothing finished works again`, async () => {
      const folder = fresh(`commit-${n}`)
      const killed = await run(folder, String(n))
      assert.strictEqual(killed.signal, "SIGKILL", killed.err)
      assert.deepStrictEqual(worked(folder), names.slice(0, n))
      const again = await run(folder)
      assert.strictEqual(again.signal, undefined, again.err)
      assert.deepStrictEqual(JSON.parse(again.out).counts, {
        done: 8 - n,
        reused: n,
        failed: 0,
        skipped: 0,
        notVerified: 0,
        cancelled: 0
      })
      assert.deepStrictEqual(worked(folder), names)
      assert.deepStrictEqual(made(folder), whole)
    })
  }

  it("while an agent works costs only that agent", async () => {
    const folder = fresh("at-work")
    assert.strictEqual((await run(folder, "0", "5")).signal, "SIGKILL")
    const again = await run(folder)
    assert.strictEqual(JSON.parse(again.out).counts.reused, 4, again.err)
    assert.deepStrictEqual(worked(folder), [...names.slice(0, 5), ...names.slice(4)])
    assert.deepStrictEqual(made(folder), whole)
  })
})

describe("the history", { timeout: 60_000 }, () => {
  const told = (folder: string) => {
    const database = new Database(path.join(folder, "troupe.db"), { readonly: true })
    const rows = database
      .prepare("select root, killed, report is not null as reported from runs order by position")
      .all()
    database.close()
    return rows.map((row) => {
      const { killed, reported, root } = row as {
        readonly killed: 0 | 1
        readonly reported: 0 | 1
        readonly root: string
      }
      return `${path.basename(root)} ${killed === 1 ? "killed" : reported === 1 ? "reported" : "open"}`
    })
  }

  it("shows a killed run as such once another one begins, and leaves one that is at work alone", async () => {
    const folder = fresh("history")
    const killed = await run(folder, "2", "0", "one")
    assert.strictEqual(killed.signal, "SIGKILL", killed.err)
    assert.deepStrictEqual(told(folder), ["one open"])
    // Another run of which the history knows works in this folder.
    const notes = path.join(folder, "two", ".troupe")
    fs.mkdirSync(notes, { recursive: true })
    const database = new Database(path.join(folder, "troupe.db"))
    database
      .prepare("insert into runs (run_id, team, started_at, root) values ('x', 't', 1, ?)")
      .run(path.dirname(notes))
    database.close()
    const claim = await FolderLock.claim(notes)
    const next = await run(folder, "0", "0", "three")
    if (claim._tag === "Claimed") claim.release()
    assert.deepStrictEqual(told(folder), ["one killed", "two open", "three reported"], next.err)
  })
})

describe("an agent that must not work twice", { timeout: 60_000 }, () => {
  it("does not after kill -9, and says which run had begun it", async () => {
    const folder = fresh("once")
    assert.strictEqual((await run(folder, "0", "2", "out", "once")).signal, "SIGKILL")
    const again = await run(folder, "0", "0", "out", "once")
    assert.strictEqual(JSON.parse(again.out).status, "failed", again.err)
    assert.deepStrictEqual(worked(folder), names.slice(0, 2))
  })
})

describe("several runs at once", { timeout: 60_000 }, () => {
  it("on one new database all end well, and a later one finds their results", async () => {
    const folder = fresh("at-once")
    const both = await Promise.all(["one", "two", "three"].map((out) => run(folder, "0", "0", out)))
    for (const { err, out } of both) assert.strictEqual(JSON.parse(out || "{}").status, "done", err)
    const again = await run(folder)
    assert.strictEqual(JSON.parse(again.out).counts.reused, 8, again.err)
  })

  it("in one output folder are refused: the second names the process at work", async () => {
    const folder = fresh("one-folder")
    const notes = path.join(folder, "out", ".troupe")
    fs.mkdirSync(notes, { recursive: true })
    const claim = await FolderLock.claim(notes)
    const refused = await run(folder)
    if (claim._tag === "Claimed") claim.release()
    assert.include(refused.err, `another run (process ${process.pid} on ${os.hostname()}) works in this folder`)
    assert.isFalse(fs.existsSync(path.join(folder, "worked.txt")))
  })
})
