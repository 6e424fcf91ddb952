import { execFileSync, spawn, spawnSync } from "node:child_process"
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Duration, Effect, Fiber, Option, Ref, Schedule, Tracer } from "effect"
import * as NodeSubprocess from "../../layers/node/NodeSubprocess.ts"
import { type Command, Subprocess, SubprocessFailed, succeed } from "../../src/background/Subprocess.ts"

const folder = Effect.acquireRelease(
  Effect.sync(() => realpathSync(mkdtempSync(join(tmpdir(), "troupe-subprocess-")))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

const sh = (script: string, cwd: string, more?: Partial<Command>): Command => ({
  command: "sh",
  args: ["-c", script],
  cwd,
  timeout: "15 seconds",
  ...more
})

const run = (command: Command) => Effect.flatMap(Subprocess, (service) => service.run(command))

// The members of a process group that are alive; a zombie is not.
const members = (group: string) =>
  execFileSync("ps", ["-A", "-o", "pgid=,stat=,pid="], { encoding: "utf8" })
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter(([pgid, state]) => pgid === group && !state?.startsWith("Z"))

const until = (condition: () => boolean, what: string) =>
  Effect.sync(condition).pipe(
    Effect.repeat({ until: (yes) => yes, schedule: Schedule.spaced("20 millis") }),
    Effect.timeoutFail({ duration: "60 seconds", onTimeout: () => new Error(`never came: ${what}`) })
  )

const appears = (file: string) => until(() => existsSync(file), file)

const hasText = (file: string) => existsSync(file) && statSync(file).size > 0

/** Whether the process whose number stands in the file is alive; a zombie is not. */
const isAlive = (file: string) => {
  const state = spawnSync("ps", ["-o", "stat=", "-p", readFileSync(file, "utf8").trim()], { encoding: "utf8" }).stdout
  return state.trim() !== "" && !state.trim().startsWith("Z")
}

const provided = Effect.provide(NodeSubprocess.layer({ grace: "200 millis" }))

describe("NodeSubprocess", () => {
  it.scopedLive("gives the exit code and both streams", () =>
    Effect.gen(function* () {
      const cwd = yield* folder
      const result = yield* run(sh("pwd; echo bad >&2; exit 3", cwd))
      assert.strictEqual(result.exitCode, 3)
      assert.strictEqual(result.signal, undefined)
      assert.strictEqual(result.stdout, `${cwd}\n`)
      assert.strictEqual(result.stderr, "bad\n")
      assert.isFalse(result.truncated)
      assert.isTrue(Duration.isDuration(result.duration))
    }).pipe(provided)
  )

  it.scopedLive("gives what a short command said, also where its reader is late", () =>
    Effect.gen(function* () {
      // As on a busy machine, where the command has ended before the fiber that reads it begins.
      const late = { shouldYield: () => false as const, scheduleTask: (task: () => void) => void setTimeout(task, 100) }
      const result = yield* run(sh("echo said; echo bad >&2", yield* folder)).pipe(provided, Effect.withScheduler(late))
      assert.deepStrictEqual([result.stdout, result.stderr], ["said\n", "bad\n"])
    })
  )

  it.scopedLive("passes arguments as they are", () =>
    Effect.gen(function* () {
      const cwd = yield* folder
      const args = [
        "-e",
        "console.log(JSON.stringify(process.argv.slice(1)))",
        "",
        "a b",
        "$HOME",
        "'\"",
        "--x=*",
        "ü\n"
      ]
      const result = yield* run({ command: "node", args, cwd, timeout: "15 seconds" })
      assert.deepStrictEqual(JSON.parse(result.stdout), args.slice(2))
    }).pipe(provided)
  )

  it.scopedLive("names the signal that ended the command", () =>
    Effect.gen(function* () {
      const result = yield* run(sh("kill -KILL $$", yield* folder))
      assert.strictEqual(result.signal, "SIGKILL")
      assert.strictEqual(result.exitCode, 137)
    }).pipe(provided)
  )

  it.scopedLive("keeps the end of a chatty command, whole characters only, and never stalls it", () =>
    Effect.gen(function* () {
      const script = "process.stdout.write('ä'.repeat(3e6) + 'end'); process.stderr.write('x'.repeat(3e6) + 'END')"
      const command: Command = {
        command: "node",
        args: ["-e", script],
        cwd: yield* folder,
        timeout: "15 seconds",
        maxOutputBytes: 1000
      }
      const result = yield* run(command)
      assert.strictEqual(result.exitCode, 0)
      assert.isTrue(result.truncated)
      assert.strictEqual(result.stdout, `${"ä".repeat(498)}end`)
      assert.strictEqual(result.stderr, `${"x".repeat(997)}END`)
    }).pipe(provided)
  )

  it.scopedLive("shows output while the command is running", () =>
    Effect.gen(function* () {
      const seen = yield* Deferred.make<string>()
      const fiber = yield* Effect.fork(
        run(
          sh("echo ready; while :; do sleep 1; done", yield* folder, {
            onOutput: (text) => Deferred.succeed(seen, text)
          })
        )
      )
      assert.strictEqual(yield* Deferred.await(seen), "ready\n")
      yield* Fiber.interrupt(fiber)
    }).pipe(provided)
  )

  it.scopedLive("says what could not be started, and why", () =>
    Effect.gen(function* () {
      const cwd = yield* folder
      const missing = yield* Effect.flip(run({ command: "no-such-program", args: [], cwd, timeout: "1 second" }))
      assert.strictEqual(missing._tag === "SubprocessNotStarted" && missing.reason, "notFound")
      const nowhere = yield* Effect.flip(run(sh("true", join(cwd, "nowhere"))))
      assert.strictEqual(nowhere._tag === "SubprocessNotStarted" && nowhere.reason, "noFolder")
    }).pipe(provided)
  )

  it.scopedLive("makes another code than 0 an error on demand, with what the command said", () =>
    Effect.gen(function* () {
      const failed = yield* Effect.flip(succeed(sh("echo because >&2; exit 2", yield* folder)))
      assert.instanceOf(failed, SubprocessFailed)
      assert.include(failed.message, "ended with code 2:\nbecause")
    }).pipe(provided)
  )

  it.scopedLive("hides the environment except for an allow-list", () =>
    Effect.gen(function* () {
      const cwd = yield* folder
      const result = yield* run({
        command: "node",
        args: ["-e", "console.log(JSON.stringify(process.env))"],
        cwd,
        env: { PORT: "1" },
        timeout: "15 seconds"
      })
      const seen = JSON.parse(result.stdout)
      assert.strictEqual(seen.npm_config_registry, "http://registry.test/")
      assert.strictEqual(seen.HTTPS_PROXY, "http://proxy.test")
      assert.strictEqual(seen.PORT, "1")
      assert.notInclude(result.stdout, "secret")
    }).pipe(
      Effect.provide(
        NodeSubprocess.layer({
          environment: {
            PATH: process.env.PATH,
            npm_config_registry: "http://registry.test/",
            HTTPS_PROXY: "http://proxy.test",
            ANTHROPIC_API_KEY: "secret",
            GITHUB_TOKEN: "secret",
            NODE_OPTIONS: "--title=secret"
          }
        })
      )
    )
  )

  it.scopedLive("ends a command that outstays its time-out, with all its children, and keeps what it said", () =>
    Effect.gen(function* () {
      const cwd = yield* folder
      const script =
        "trap '' TERM; echo $$ > pid; echo said; (trap '' TERM; while :; do sleep 1; done) & while :; do sleep 1; done"
      const error = yield* Effect.flip(run(sh(script, cwd, { timeout: "400 millis" })))
      assert.strictEqual(error._tag === "SubprocessTimedOut" && error.stdout, "said\n")
      assert.deepStrictEqual(members(readFileSync(join(cwd, "pid"), "utf8").trim()), [])
    }).pipe(provided)
  )

  it.scopedLive("lets a polite command clean up before it is killed", () =>
    Effect.gen(function* () {
      const cwd = yield* folder
      const fiber = yield* Effect.fork(
        // It says goodbye on its streams before it writes the file: both must still be read.
        run(
          sh(
            "trap 'echo bye; echo bye >&2; echo bye > bye; exit 0' TERM; echo > ready; while :; do sleep 0.02; done",
            cwd
          )
        )
      )
      yield* appears(join(cwd, "ready"))
      yield* Fiber.interrupt(fiber)
      assert.strictEqual(readFileSync(join(cwd, "bye"), "utf8"), "bye\n")
    }).pipe(Effect.provide(NodeSubprocess.layer()))
  )

  it.scopedLive("does not wait for a child that ignores SIGTERM, and leaves nothing of its group", () =>
    Effect.gen(function* () {
      const cwd = yield* folder
      const fiber = yield* Effect.fork(
        run(
          sh(
            "trap '' TERM; (while :; do sleep 1; done) & echo $$ > pid.tmp; mv pid.tmp pid; while :; do sleep 1; done",
            cwd
          )
        )
      )
      yield* appears(join(cwd, "pid"))
      const [took] = yield* Effect.timed(Fiber.interrupt(fiber))
      assert.isBelow(Duration.toMillis(took), 3_000)
      assert.deepStrictEqual(members(readFileSync(join(cwd, "pid"), "utf8").trim()), [])
    }).pipe(provided)
  )

  it.scopedLive("ends what a command leaves running behind it, also when that holds the output open", () =>
    Effect.gen(function* () {
      const cwd = yield* folder
      const result = yield* run(sh("echo $$ > pid; (while :; do sleep 1; done) & echo done", cwd))
      assert.strictEqual(result.stdout, "done\n")
      assert.deepStrictEqual(members(readFileSync(join(cwd, "pid"), "utf8").trim()), [])
    }).pipe(provided)
  )

  for (const controlGroups of [true, false]) {
    const layer = NodeSubprocess.layer({ grace: "200 millis", controlGroups })
    it.scopedLive(`ends a child that has left its session and its group, control groups ${controlGroups}`, () =>
      Effect.gen(function* () {
        const cwd = yield* folder
        // A daemon by the book: two forks, a session of its own, no stream kept. Its file tells that it has left.
        const daemon = `(setsid sh -c 'trap "" TERM HUP; echo $$ > stray; while :; do sleep 0.02; done' < /dev/null > /dev/null 2>&1 &)`
        const result = yield* run(sh(`${daemon}; while ! [ -s stray ]; do sleep 0.01; done; echo done`, cwd))
        assert.strictEqual(result.stdout, "done\n")
        assert.isFalse(isAlive(join(cwd, "stray")))
        rmSync(join(cwd, "stray"))

        const fiber = yield* Effect.fork(run(sh(`${daemon}; while :; do sleep 1; done`, cwd)))
        yield* until(() => hasText(join(cwd, "stray")), "the stray")
        assert.isTrue(isAlive(join(cwd, "stray")))
        yield* Fiber.interrupt(fiber)
        assert.isFalse(isAlive(join(cwd, "stray")))
      }).pipe(Effect.provide(layer))
    )
  }

  it.scopedLive("ends no child of a command beside it", () =>
    Effect.gen(function* () {
      const cwd = yield* folder
      const beside = yield* Effect.fork(run(sh("setsid sleep 1000 & echo $! > beside; wait", cwd)))
      yield* until(() => hasText(join(cwd, "beside")), "the other command")
      yield* run(sh("setsid sleep 1000 & exit 0", cwd))
      assert.isTrue(isAlive(join(cwd, "beside")))
      yield* Fiber.interrupt(beside)
      assert.isFalse(isAlive(join(cwd, "beside")))
    }).pipe(Effect.provide(NodeSubprocess.layer({ grace: "200 millis", controlGroups: false })))
  )

  it.scopedLive("leaves no child of this process when the layer is closed, not even a zombie", () =>
    Effect.gen(function* () {
      const cwd = yield* folder
      const children = () =>
        execFileSync("ps", ["-A", "-o", "ppid=,args="], { encoding: "utf8" })
          .split("\n")
          .filter((line) => line.trim().startsWith(`${process.pid} `) && !line.includes("ps -A"))
          .sort()
      const before = children()
      yield* Effect.all([run(sh("exit 1", cwd)), run(sh("sleep 1000 & exit 0", cwd))], { concurrency: 2 }).pipe(
        provided
      )
      assert.deepStrictEqual(children(), before)
    })
  )

  it.scopedLive("is one span with the command and its code", () =>
    Effect.gen(function* () {
      const spans = yield* Ref.make<ReadonlyArray<Tracer.Span>>([])
      const made: Array<Tracer.Span> = []
      const tracer = Tracer.make({
        context: (f) => f(),
        span: (name, parent, context, links, startTime, kind) => {
          const attributes = new Map<string, unknown>()
          const span: Tracer.Span = {
            _tag: "Span",
            spanId: name,
            traceId: "trace",
            sampled: true,
            name,
            parent,
            context,
            links,
            kind,
            status: { _tag: "Started", startTime },
            attributes,
            end: () => {},
            attribute: (key, value) => void attributes.set(key, value),
            event: () => {},
            addLinks: () => {}
          }
          made.push(span)
          return span
        }
      })
      yield* run(sh("exit 7", yield* folder)).pipe(provided, Effect.withTracer(tracer))
      yield* Ref.set(spans, made)
      const span = (yield* Ref.get(spans)).find((span) => span.name === "Subprocess.run")
      assert.strictEqual(span?.attributes.get("process.command"), 'sh -c "exit 7"')
      assert.strictEqual(span?.attributes.get("process.exit.code"), 7)
    })
  )
})

// Each starts a process that compiles what it loads, which takes its time on a busy machine.
describe("NodeSubprocess, when its own process dies", { timeout: 90_000 }, () => {
  const parent = (cwd: string, controlGroups = true) =>
    Effect.acquireRelease(
      Effect.sync(() =>
        spawn(
          process.execPath,
          [
            "--import",
            "tsx",
            fileURLToPath(new URL("fixtures/subprocess-parent.ts", import.meta.url)),
            cwd,
            "stay",
            String(controlGroups)
          ],
          { stdio: "ignore" }
        )
      ),
      (child) => Effect.sync(() => child.kill("SIGKILL"))
    )
  const size = (file: string) => statSync(file).size

  for (const controlGroups of [true, false])
    it.scopedLive(`kill -9 ends its commands and all that they started, control groups ${controlGroups}`, () =>
      Effect.gen(function* () {
        const cwd = yield* folder
        const child = yield* parent(cwd, controlGroups)
        yield* until(() => hasText(join(cwd, "stray")), "the stray")
        yield* appears(join(cwd, "pid"))
        yield* appears(join(cwd, "child.log"))
        const group = readFileSync(join(cwd, "pid"), "utf8").trim()
        assert.isAbove(members(group).length, 1)
        child.kill("SIGKILL")
        yield* until(() => members(group).length === 0, "the end of the group")
        yield* until(() => !isAlive(join(cwd, "stray")), "the end of the stray")
        const before = [size(join(cwd, "leader.log")), size(join(cwd, "child.log"))]
        yield* Effect.sync(() => execFileSync("sleep", ["0.1"]))
        assert.deepStrictEqual([size(join(cwd, "leader.log")), size(join(cwd, "child.log"))], before)
      })
    )

  it.scopedLive("Ctrl-C leaves none of them", () =>
    Effect.gen(function* () {
      const cwd = yield* folder
      const child = yield* parent(cwd)
      yield* appears(join(cwd, "pid"))
      yield* until(() => hasText(join(cwd, "stray")), "the stray")
      const group = readFileSync(join(cwd, "pid"), "utf8").trim()
      const ended = Effect.async<void>((resume) => void child.once("exit", () => resume(Effect.void)))
      const waiting = yield* Effect.fork(ended)
      yield* Effect.yieldNow()
      child.kill("SIGINT")
      assert.isTrue(Option.isSome(yield* Effect.timeoutOption(Fiber.join(waiting), "30 seconds")))
      assert.deepStrictEqual(members(group), [])
      assert.isFalse(isAlive(join(cwd, "stray")))
    })
  )
})
