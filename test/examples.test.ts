/**
 * The examples, run as a reader would run them: each by itself, in a folder of its own.
 */
import { execFile } from "node:child_process"
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import { promisify } from "node:util"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { useProgram } from "./cli/program.ts"

const root = fileURLToPath(new URL("..", import.meta.url))
const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href
let cwd: string
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), "troupe-examples-"))
})
afterAll(() => rmSync(cwd, { recursive: true, force: true }))

const run = async (example: string) => {
  const { stderr, stdout } = await promisify(execFile)(
    process.execPath,
    ["--import", tsx, join(root, "examples", example)],
    { cwd, timeout: 60_000 }
  )
  assert.strictEqual(stderr, "")
  return stdout.trim().split("\n")
}

describe("examples", () => {
  const program = useProgram()

  it("counter.ts counts", async () => {
    assert.deepStrictEqual(await run("counter.ts"), ["2"])
  })

  it("embedded-actor.ts refuses by type, survives a crash, and ends", async () => {
    assert.deepStrictEqual(await run("embedded-actor.ts"), [
      "order 1: 3 pieces, 2 left",
      "refused: 2 left",
      "order 2: 4 pieces, 8 left",
      'Desk/front crashed while it handled ScanBadLabel (RuntimeException: this label cannot be read): the whole cause is in "cause".',
      "order 1: 2 pieces, 6 left"
    ])
  })

  it("actors/mailboxes.ts serves by lane, and tells of what does not fit", async () => {
    assert.deepStrictEqual(await run("actors/mailboxes.ts"), [
      "back-pressure: approve 1, plan 1, plan 2, clean up 1",
      "The mailbox of Desk/front is full (1 messages): send less, handle faster, or give it a larger capacity or a shedding policy.",
      "failing: plan 1",
      "sliding: plan 3, plan 4",
      "dropping: plan 1, plan 2",
      "shed: 4"
    ])
  })

  it("actors/poison.ts tries three times, quarantines, and replays", async () => {
    assert.deepStrictEqual(await run("actors/poison.ts"), [
      "indexed: a.txt, c.txt",
      "1: Index to Indexer/main, tried 3 times: b.bad has no end",
      "indexed: a.txt, c.txt, b.bad"
    ])
  })

  it("actors/asking.ts ends every ask", async () => {
    assert.deepStrictEqual(await run("actors/asking.ts"), [
      "a letter",
      "the search is broken off",
      "AskTimedOut: true",
      "the search is broken off",
      "Waiting here would never end: Clerk/Ada → Clerk/Ada. Tell instead of asking, or let one of them answer later with Rpc.fork; an actor ends itself by ActorContext.stop.",
      "3 of 3 found something"
    ])
  })

  it("actors/stash-and-timers.ts waits for its connection", async () => {
    assert.deepStrictEqual(await run("actors/stash-and-timers.ts"), [
      "open after 3 attempts, 3 messages waited",
      "sent one, sent two, sent three",
      "sent four"
    ])
  })

  it("actors/testing.ts finds a lost sale, replays it, and finds what a crash forgets", async () => {
    assert.deepStrictEqual(await run("actors/testing.ts"), [
      "careless: Error: sold 2, but the till says 1",
      "replayed: the same 6 steps: true",
      "careful: 200 runs, all right",
      'with a crash: [{ action: "crash", message: "Sell", nth: 2 }]'
    ])
  })

  it("actors/life.ts gives receipts, tells of ends, rests and stops", async () => {
    assert.deepStrictEqual(await run("actors/life.ts"), [
      "paying 20: handled",
      "paying 2000: failed",
      "cart a has 1 item",
      "cart a has 2 items",
      "after its rest it has 1",
      "packing: failed",
      "packing: not begun, stopped",
      "the guard saw ends: b failed, c stopped"
    ])
  })

  it("actors/introspection.ts tells stuck, full and waiting apart, and counts", async () => {
    assert.deepStrictEqual(await run("actors/introspection.ts"), [
      "Desk/archive is stuck",
      "Desk/front is stuck",
      "Desk/back is stuck",
      "Desk/archive has been at Search for long",
      "Desk/front waits for Desk/archive",
      "Desk/back is full (2 of 2 in the low lane), 1 sender waits",
      "3 actors of type Desk have handled 8 messages",
      "troupe_messages_total: 8"
    ])
  })

  it("actors/cluster.ts says the same on both systems", async () => {
    const same = [
      "total 5",
      "at most 10",
      'Counter/a crashed while it handled Drop (RuntimeException: it fell down): the whole cause is in "cause".',
      "total 1"
    ]
    assert.deepStrictEqual(await run("actors/cluster.ts"), ["in one process", ...same, "on a cluster", ...same])
  })

  it("embedded-team.ts works once and is free the second time", async () => {
    assert.deepStrictEqual(await run("embedded-team.ts"), ["done: 15 words, 0 of 3 results reused"])
    assert.deepStrictEqual(await run("embedded-team.ts"), ["done: 15 words, 3 of 3 results reused"])
    assert.match(readFileSync(join(cwd, "out/embedded-team/draft.md"), "utf8"), /^## What it is: supervision\n/)
  })

  it("actors/router.ts grows a pool, asks all of it, and keeps a key with one worker", async () => {
    assert.deepStrictEqual(await run("actors/router.ts"), [
      "40 of 40 resized, the pool has grown",
      "together they did 40",
      "acme has one worker"
    ])
  })

  it("actors/event-bus.ts tells an actor, a stream and a handler of last resort, and says what was missed", async () => {
    assert.deepStrictEqual(await run("actors/event-bus.ts"), [
      "nobody takes back the lamp",
      "large sale: 9 × chair",
      "large sale: 10 × chair",
      "sold in all: 55",
      "display: 2 wait, 7 missed"
    ])
  })

  it("actors/supervision.ts starts again what belongs together, and ends when its job is done", async () => {
    assert.deepStrictEqual(await run("actors/supervision.ts"), [
      "20 sheets through the press",
      "paper on, press on, folder on",
      "no print: ActorCrashed",
      "30 sheets through the press",
      "press off, folder off, press on, folder on",
      "the line has stopped",
      "folder off, press off, paper off"
    ])
  })

  it("actors/shutdown.ts ends in order", async () => {
    assert.deepStrictEqual(await run("actors/shutdown.ts"), [
      "the door closes",
      "filed A",
      "filed B",
      "filed C",
      "the clerk goes home",
      "the books are closed"
    ])
  })

  it("team.js runs headless by path", async () => {
    for (const file of ["team.js", "team-input.yaml"])
      copyFileSync(join(root, "examples", file), join(program.folder, file))
    const { code, stdout } = await program.run(["run", "team-input.yaml", "--team", "./team.js", "--json"])
    assert.strictEqual(code, 0)
    assert.strictEqual(JSON.parse(stdout).counts.done, 2)
  })
})
