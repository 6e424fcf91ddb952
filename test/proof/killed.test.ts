import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import Database from "better-sqlite3"
import { afterEach, assert, beforeAll, describe, it } from "vitest"
import type { Report } from "../../src/team/Report.ts"
import { type Ended, type Started, useProgram } from "../cli/program.ts"
import * as FakeNpm from "./fakeNpm.ts"
import * as Processes from "./processes.ts"

const program = useProgram()

/** In the order in which they work, one at a time. */
const names = [
  "product-manager",
  "technical-architect",
  "frontend-developer",
  "backend-developer",
  "qa-engineer",
  "devops-engineer",
  "site-reliability-engineer",
  "development-coordinator"
]

const commands = ["ci", "run typecheck", "run build", "test"]
const asked = [...commands.flatMap((words) => [`backend: ${words}`, `frontend: ${words}`]), "backend: start"].sort()
const installs = asked.filter((line) => line.endsWith(": ci"))
const checks = asked.filter((line) => !line.endsWith(": ci"))
/** A part of the checks by itself: without a third core it waits until another part has ended. */
const build = "frontend: run build"
const withoutBuild = (lines: ReadonlyArray<string>) => lines.filter((line) => line !== build).sort()

/** A folder of its own, with requirements, an npm, and the one command that is given again and again. */
const place = (name: string) => {
  const folder = join(program.folder, name)
  const TMPDIR = join(folder, "tmp")
  mkdirSync(TMPDIR, { recursive: true })
  writeFileSync(join(folder, "notes.yaml"), "name: Notes\nentities:\n  Note:\n    fields:\n      text: text\n")
  const npm = FakeNpm.make(join(folder, "bin"))
  const start = (...more: ReadonlyArray<string>) => {
    const started = program.start(["run", "notes.yaml", "--out", "out", "--db", "kept/troupe.db", "--json", ...more], {
      cwd: folder,
      env: { PATH: npm.path, TMPDIR }
    })
    running.push(started)
    return started
  }
  return { folder, npm, start, out: join(folder, "out") }
}

type Place = ReturnType<typeof place>

const running: Array<Started> = []
const left: Array<Processes.Process> = []
// Of a test that failed half-way; one that passed has left nothing.
afterEach(() => {
  for (const { child } of running.splice(0)) child.kill("SIGKILL")
  for (const { pid } of Processes.alive(left.splice(0))) process.kill(pid, "SIGKILL")
})

/** Waits for what others do, and not for ever. */
const until = async <A>(what: string, look: () => A | undefined | false): Promise<A> => {
  for (const limit = performance.now() + 20_000; performance.now() < limit; await pause(2)) {
    const seen = look()
    if (seen !== undefined && seen !== false) return seen
  }
  throw new Error(`${what}: not within 20 s`)
}

/** Kills with -9 as soon as the program says that the agent is done. */
const killedOnceDone = (started: Started, agent: string): Promise<Ended> => {
  const done = new RegExp(` ${agent} +done$`, "m")
  let said = ""
  started.child.stderr!.on("data", (chunk) => {
    said += chunk
    if (done.test(said)) started.child.kill("SIGKILL")
  })
  return started.ended
}

/** Parts of qa-engineer's work, each of which is kept once it is verified. */
const parts = 3

/** Whose results the database holds, and how many parts. A copy is asked: opening the database would tidy up after the kill. */
const stored = ({ folder }: Place) => {
  const copy = join(folder, "copy")
  cpSync(join(folder, "kept"), copy, { recursive: true })
  const database = new Database(join(copy, "troupe.db"))
  const agents = database.prepare<[], string>("select agent from results").pluck().all()
  database.close()
  rmSync(copy, { recursive: true })
  const ofQa = agents.filter((name) => name === "qa-engineer").length
  const others = agents.filter((name) => name !== "qa-engineer")
  return { parts: Math.min(ofQa, parts), agents: ofQa > parts ? [...others, "qa-engineer"] : others }
}

const committed = (place: Place): ReadonlyArray<string> => stored(place).agents

/** Every file of the project with its text, and what changes when it is written again: its inode and its time. */
const project = ({ out }: Place): ReadonlyMap<string, { readonly text: string; readonly written: string }> =>
  new Map(
    readdirSync(out, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((file) => !/\/(\.troupe|node_modules)\/|\/docs\/report\.\w+$/.test(file))
      .sort()
      .map((file) => {
        const { ino, mtimeNs } = statSync(file, { bigint: true })
        return [file.slice(out.length + 1), { text: readFileSync(file, "utf8"), written: `${ino} ${mtimeNs}` }]
      })
  )

const texts = (place: Place) => new Map([...project(place)].map(([file, { text }]) => [file, text]))

const words = (invocations: ReadonlyArray<FakeNpm.Invocation>) =>
  invocations.filter((one) => one.words !== "--version").map((one) => `${one.folder}: ${one.words}`)

/** What a run makes that nobody kills. */
let whole: ReadonlyMap<string, string>

/**
 * Gives the same command again: it finishes, those in `finished` are reused with their files untouched, and the others
 * work once. Returns what npm was asked meanwhile.
 */
const finishes = async (place: Place, finished: ReadonlyArray<string>): Promise<ReadonlyArray<string>> => {
  const before = project(place)
  const askedBefore = place.npm.invocations().length
  const again = await place.start("--agents-at-once", "1").ended
  assert.strictEqual(again.code, 0, again.stderr)
  const report: Report = JSON.parse(again.stdout)
  assert.strictEqual(report.status, "done")
  assert.sameMembers(
    report.agents.map(({ attempts, name, status }) => `${name} ${status} ${attempts.length}`),
    names.map((name) => (finished.includes(name) ? `${name} reused 0` : `${name} done 1`))
  )
  const after = project(place)
  for (const { files, name } of report.agents.filter((agent) => finished.includes(agent.name))) {
    assert.isAbove(files.length, 0)
    for (const file of files) assert.deepStrictEqual(after.get(file), before.get(file), `${name}: ${file}`)
  }
  assert.deepStrictEqual(texts(place), whole)
  return words(place.npm.invocations().slice(askedBefore))
}

beforeAll(async () => {
  const undisturbed = place("undisturbed")
  const { code, stderr } = await undisturbed.start("--agents-at-once", "1").ended
  assert.strictEqual(code, 0, stderr)
  assert.deepStrictEqual(
    [...stderr.matchAll(/ (\S+) +done$/gm)].map(([, name]) => name).filter((name) => name !== "run"),
    names
  )
  whole = texts(undisturbed)
  assert.deepStrictEqual([...words(undisturbed.npm.invocations())].sort(), asked)
}, 90_000)

describe("the eight real agents, killed with -9", { timeout: 90_000 }, () => {
  for (const [index, name] of names.entries()) {
    it(`after commit ${index + 1}, of ${name}: the same command finishes the rest and nothing else`, async () => {
      const wanted = names.slice(0, index + 1)
      // On a busy machine the signal may come after the next commit: then that boundary was hit, and this one is tried again.
      for (let attempt = 1; ; attempt++) {
        const here = place(`commit-${index + 1}-${attempt}`)
        const killed = await killedOnceDone(here.start("--agents-at-once", "1"), name)
        const kept = committed(here)
        // What it says is done is done.
        assert.includeMembers([...kept], wanted, killed.stderr)
        if (attempt < 5 && (killed.signal !== "SIGKILL" || kept.length > wanted.length)) continue
        assert.strictEqual(killed.signal, "SIGKILL")
        assert.sameMembers([...kept], wanted)

        const askedSince = await finishes(here, wanted)
        if (wanted.includes("qa-engineer")) {
          assert.deepStrictEqual([...askedSince], [])
        } else {
          // The checks are not kept and come again; an install may have ended before the kill, and does not come twice.
          assert.deepStrictEqual([...new Set([...askedSince, ...installs])].sort(), asked)
          assert.strictEqual(new Set(askedSince).size, askedSince.length)
        }
        return
      }
    })
  }
})

describe("the eight real agents, killed with -9 during a subprocess", { timeout: 180_000 }, () => {
  it("leave no process behind, three times, and are finished by the same command", async () => {
    const here = place("during")
    const finished = names.filter((name) => !/qa-|site-|coordinator/.test(name))
    const seen: Array<string> = []
    for (const [hanging, folders, expected] of [
      // In the background, while the developers write. What was cut short is not taken for an install the next time.
      ["ci", 2, installs],
      ["test", 2, asked.filter((line) => line !== "backend: start")],
      ["start", 1, checks]
    ] as const) {
      here.npm.hangAt(hanging)
      const askedBefore = here.npm.invocations().length
      const run = here.start()
      const hung = await until(`npm ${hanging} hangs`, () => {
        const found = here.npm.invocations().slice(askedBefore)
        const hung = found.filter(({ words }) => words === hanging)
        // And the other folder's checks have come as far.
        return hung.length === folders && withoutBuild(words(found)).length >= withoutBuild(expected).length && hung
      })
      const how = seen.length === 0 ? "done" : "reused"
      for (const name of finished) await run.said(new RegExp(` ${name} +${how}$`, "m"))

      const family = Processes.family(run.child.pid!)
      left.push(...family)
      for (const { pid } of hung) {
        assert.isTrue(family.some((one) => one.pid === pid))
        assert.isTrue(family.some((one) => one.parent === pid && one.command.startsWith("sleep")))
      }
      run.child.kill("SIGKILL")
      assert.strictEqual((await run.ended).signal, "SIGKILL")
      await until("all of its processes end", () => Processes.alive(family).length === 0)
      assert.sameMembers([...committed(here)], finished)
      const askedSince = words(here.npm.invocations().slice(askedBefore))
      assert.deepStrictEqual(withoutBuild(askedSince), withoutBuild(expected))
      seen.push(hanging)
    }
    here.npm.goOn()
    // Parts that had been verified before the kill are kept and not checked again: of the backend none can be.
    const kept = stored(here).parts
    const askedSince = await finishes(here, finished)
    const ofBackend = checks.filter((line) => line.startsWith("backend: "))
    assert.includeMembers([...askedSince], ofBackend)
    assert.strictEqual(new Set(askedSince).size, askedSince.length)
    if (kept === 2) assert.deepStrictEqual([...askedSince].sort(), ofBackend)
  })
})
