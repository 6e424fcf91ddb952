/** What the program says and how it ends where its streams, its disk or a user's module fail it. */
import { spawnSync } from "node:child_process"
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterEach, assert, beforeAll, describe, it } from "vitest"
import { useProgram } from "./program.ts"

const program = useProgram()
const path = (...parts: ReadonlyArray<string>) => join(program.folder, ...parts)

const TEAM = `
import { Effect, Schema } from "effect"
import { Agent, Team } from "troupe"

const write = Agent.make({
  name: "write", version: "1.0.0", reads: ["name"], estimate: "1 second", output: Schema.String,
  run: ({ write }) => Effect.as(Effect.forEach([1, 2, 3, 4, 5, 6, 7, 8], (n) => write(n + ".md", "# " + n)), "x".repeat(9000))
})
const work = Agent.make({
  name: "work", version: "1.0.0", reads: ["mode"], dependsOn: [write], estimate: "2 seconds", output: Schema.String,
  run: ({ input: { mode } }) => {
    if (mode === "reject") return Effect.zipRight(Effect.sync(() => { Promise.reject(new Error("no ink left")); Promise.reject("again") }), Effect.never)
    if (mode === "leave") process.exit(2)
    if (mode === "hostile") return Effect.zipRight(Effect.sync(() => { Promise.reject(new Proxy({}, { get() { throw new Error("trap") } })) }), Effect.never)
    if (mode === "throw") return Effect.zipRight(Effect.sync(() => process.nextTick(() => { throw new Error("no ink left") })), Effect.never)
    return Effect.succeed("worked")
  }
})
export const team = Team.make("small", { agents: [write, work] })
`

beforeAll(() => {
  writeFileSync(path("team.js"), TEAM)
  for (const mode of ["ok", "reject", "throw", "hostile", "leave"]) {
    writeFileSync(path(`${mode}.yaml`), `name: ${mode}\nmode: ${mode}\n`)
  }
})
afterEach(() => {
  rmSync(path("out"), { recursive: true, force: true })
  rmSync(path(".troupe"), { recursive: true, force: true })
})

const run = (mode: string, ...more: ReadonlyArray<string>) => ["run", `${mode}.yaml`, "--team", "./team.js", ...more]

/** The program in a shell: `$@` stands for it with its arguments. */
const inShell = (script: string, args: ReadonlyArray<string>) =>
  spawnSync("sh", ["-c", script, "sh", process.execPath, program.main, ...args], {
    cwd: program.folder,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    env: { PATH: process.env.PATH, HOME: process.env.HOME }
  })

describe("a result that cannot be written to stdout", () => {
  const said = /troupe: (the result|this) could not be written to stdout: the disk is full/
  for (const args of [run("ok", "--json"), ["runs", "--json"], ["run", "--help"], ["--version"]]) {
    it(`is no success, and said to be lost: ${args.join(" ")}`, () => {
      const { status, stderr } = inShell('exec "$@" > /dev/full', args)
      assert.strictEqual(status, 1, stderr)
      assert.match(stderr, said)
    })
  }

  it("is not cut short in silence where the file has room for a part of it", () => {
    const { status, stderr } = inShell('ulimit -f 8; trap "" XFSZ; exec "$@" > result.json', [
      "graph",
      "ok.yaml",
      "--team",
      "./team.js",
      "--json"
    ])
    // It fits: the limit is the shell's, and counts for every file.
    assert.strictEqual(status, 0, stderr)
    JSON.parse(readFileSync(path("result.json"), "utf8"))
    const cut = inShell('ulimit -f 1; trap "" XFSZ; exec "$@" > result.txt', ["run", "--help"])
    assert.strictEqual(cut.status, 1)
    assert.match(cut.stderr, /could not be written to stdout: the file would be larger than allowed/)
  })

  it("is of no concern to a reader that has gone", () => {
    const { stderr, stdout } = inShell('"$@" | head -c 1', ["run", "--help"])
    assert.strictEqual(stdout, "R")
    assert.strictEqual(stderr, "")
  })
})

describe("a working folder that has been removed", () => {
  const removed = 'mkdir gone && cd gone && rmdir "$PWD" && exec "$@"'

  it("keeps nobody from the help, and is named where a command needs it", () => {
    const help = inShell(removed, ["run", "--help"])
    assert.strictEqual(help.status, 0, help.stderr)
    for (const args of [run("ok"), ["runs"], ["doctor"]]) {
      const { status, stderr, stdout } = inShell(removed, args)
      assert.strictEqual(status, 2)
      assert.strictEqual(stderr, "troupe: the working folder does not exist any more; change into one that does.\n")
      assert.strictEqual(stdout, "")
    }
  })
})

describe("progress that cannot be written to stderr", () => {
  it("costs neither the run nor its JSON", () => {
    const { status, stdout } = inShell('exec "$@" 2> /dev/full', run("ok", "--json"))
    assert.strictEqual(status, 0)
    assert.strictEqual(JSON.parse(stdout).status, "done")
  })
})

describe("an error that nobody handled in a user's module", () => {
  for (const mode of ["reject", "throw"]) {
    it(`stops the run in order, with its report and its folder free: ${mode}`, async () => {
      const { code, stderr, stdout } = await program.run(run(mode, "--json"))
      assert.strictEqual(code, 1, stderr)
      assert.match(stderr, /stopped by an error that nobody handled: .*no ink left/)
      assert.notInclude(stderr, "this is a bug")
      const report = JSON.parse(stdout)
      assert.strictEqual(report.status, "failed")
      assert.match(report.error, /^an error that nobody handled: /)
      assert.deepStrictEqual(
        report.agents.map(({ status }: { readonly status: string }) => status),
        ["done", "cancelled"]
      )
      assert.isFalse(existsSync(path("out", mode, ".troupe", "holder.json")))
    })
  }

  it("has words and a report also where reading it throws", async () => {
    const { code, stderr, stdout } = await program.run(run("hostile", "--json"))
    assert.strictEqual(code, 1, stderr)
    assert.match(stderr, /stopped by an error that nobody handled: an error that throws when it is read/)
    assert.strictEqual(JSON.parse(stdout).status, "failed")
  })

  it("and a module that leaves with a code of its own is no bad input, and said", async () => {
    const { code, stderr, stdout } = await program.run(run("leave", "--json"))
    assert.strictEqual(code, 1, stderr)
    assert.match(stderr, /the program ended before its command did/)
    assert.strictEqual(JSON.parse(stdout).status, "bug")
  })
})
