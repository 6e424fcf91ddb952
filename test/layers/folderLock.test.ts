/** The lock of an output folder, between real processes. */
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import * as fs from "node:fs"
import { createRequire } from "node:module"
import * as os from "node:os"
import * as path from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath, pathToFileURL } from "node:url"
import { afterAll, assert, describe, it } from "vitest"
import * as FolderLock from "../../layers/node/internal/folderLock.ts"

const home = fs.mkdtempSync(path.join(os.tmpdir(), "troupe-lock-"))
const children: Array<ChildProcess> = []
afterAll(() => {
  for (const child of children) child.kill("SIGKILL")
  fs.rmSync(home, { recursive: true, force: true })
})

let count = 0
const folder = () => {
  const made = path.join(home, String(count++))
  fs.mkdirSync(made)
  return made
}

const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href
const holderFile = fileURLToPath(new URL("./fixtures/folderLockHolder.ts", import.meta.url))

/** Another process, which claims what it is told to. */
const stranger = async () => {
  const child = spawn(process.execPath, ["--import", tsx, holderFile], { stdio: ["pipe", "pipe", "inherit"] })
  children.push(child)
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const next = async () => String((await lines.next()).value)
  assert.strictEqual(await next(), "ready")
  const ask = (line: string) => {
    child.stdin.write(`${line}\n`)
    return next()
  }
  return { ask, child, pid: child.pid! }
}

/** As a run leaves the folder that is killed, with its process id given to somebody else since. */
const leftByTheDead = () => {
  const made = folder()
  fs.writeFileSync(path.join(made, FolderLock.file), "")
  fs.writeFileSync(path.join(made, FolderLock.note), JSON.stringify({ pid: process.ppid, host: os.hostname() }))
  return made
}

const released = async (claim: FolderLock.Claim) => {
  assert.strictEqual(claim._tag, "Claimed")
  if (claim._tag === "Claimed") claim.release()
}

describe("the lock of a folder", { timeout: 60_000 }, () => {
  it("that nobody could put a name to is given and given back all the same", async () => {
    const made = folder()
    // In place of the note, so that it can be neither written nor removed.
    fs.mkdirSync(path.join(made, FolderLock.note))
    for (let time = 1; time <= 2; time++) {
      const claim = await FolderLock.claim(made)
      const second = await FolderLock.claim(made)
      assert.strictEqual(second._tag, "Held")
      await released(claim)
    }
  })

  it("that a killed process held is free at once, whoever has its process id now", async () => {
    const made = folder()
    const { ask, child, pid } = await stranger()
    assert.strictEqual(await ask(made), "claimed")
    assert.deepStrictEqual(await FolderLock.claim(made), { _tag: "Held", by: { pid, host: os.hostname() } })
    child.kill("SIGKILL")
    await once(child, "exit")
    // The parent of this process lives.
    fs.writeFileSync(path.join(made, FolderLock.note), JSON.stringify({ pid: process.ppid, host: os.hostname() }))
    await released(await FolderLock.claim(made))
  })

  it("that the dead left is taken by one of four, in each of 100 rounds", async () => {
    const strangers = await Promise.all([stranger(), stranger(), stranger(), stranger()])
    for (let round = 0; round < 100; round++) {
      const made = leftByTheDead()
      const answers = await Promise.all(strangers.map(({ ask }) => ask(made)))
      assert.strictEqual(answers.filter((answer) => answer === "claimed").length, 1, answers.join(", "))
    }
    for (const { child } of strangers) child.stdin!.end()
    await Promise.all(strangers.map(({ child }) => once(child, "exit")))
  })

  it("is kept from the same process as well, also by another spelling of the folder", async () => {
    const made = folder()
    const link = path.join(home, "link")
    fs.symlinkSync(made, link)
    const claim = await FolderLock.claim(made)
    for (const spelling of [made, `${made}/.`, link]) {
      assert.deepStrictEqual(await FolderLock.claim(spelling), {
        _tag: "Held",
        by: { pid: process.pid, host: os.hostname() }
      })
    }
    // A refusal gives nothing back of what this process holds.
    const { ask, child } = await stranger()
    assert.strictEqual(await ask(made), `held by ${process.pid}`)
    await released(claim)
    assert.strictEqual(await ask(made), "claimed")
    assert.strictEqual(await ask("release"), "released")
    await released(await FolderLock.claim(made))
    child.kill()
  })

  it("is taken where something else stands in its file, and refused where it cannot be", async () => {
    const made = folder()
    fs.writeFileSync(path.join(made, FolderLock.file), `${process.ppid}\n`.repeat(1000))
    await released(await FolderLock.claim(made))
    const blocked = folder()
    fs.mkdirSync(path.join(blocked, FolderLock.file))
    const failed = await FolderLock.claim(blocked).then(
      () => undefined,
      (cause) => cause.code
    )
    assert.strictEqual(failed, "SQLITE_CANTOPEN")
  })
})
