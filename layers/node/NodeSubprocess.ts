/**
 * The body of `Subprocess` on Node: process groups, and a watchdog for the day this process itself is killed.
 *
 * `Command` of @effect/platform is not used: closing its scope waits for ever for a child that ignores `SIGTERM`, it
 * fails where a signal ended the child, and it gives no descriptor beyond the three standard ones, which the watchdog
 * needs. POSIX only: there are no process groups elsewhere, and half a promise would leave orphans.
 *
 * The watchdog is a few lines of `sh` that read a pipe whose other end only this process holds. A child writes its own
 * process group there before it becomes the command, so there is no moment at which it runs unknown; the group is
 * struck off once it has ended. However this process dies, the kernel closes the pipe, and at its end the watchdog kills
 * every group still listed. No file is written, and nothing is left when all goes well.
 *
 * A process that leaves the group (`setsid`) descends from the command all the same: `internal/descendants` finds it.
 *
 * @since 0.1.0
 */
import { type ChildProcess, spawn } from "node:child_process"
import { constants as access, accessSync, statSync } from "node:fs"
import { constants } from "node:os"
import { delimiter, isAbsolute, join, resolve } from "node:path"
import { PassThrough, pipeline, type Readable } from "node:stream"
import { StringDecoder } from "node:string_decoder"
import { Clock, Deferred, Duration, Effect, Fiber, Layer, Schedule, Stream, SynchronizedRef } from "effect"
import {
  type Command,
  inherited,
  type Result,
  Subprocess,
  SubprocessNotStarted,
  SubprocessTimedOut,
  show
} from "../../src/background/Subprocess.ts"
import { Secrets, type Service } from "../../src/secrets/Secrets.ts"
import * as Descendants from "./internal/descendants.ts"

/**
 * `environment`: what children may inherit from, through the allow-list; default `process.env`. `grace`: from `SIGTERM`
 * to `SIGKILL`; default `2 seconds`. `controlGroups`: put each command into a control group (cgroup v2) where one can be
 * made, so that whatever it started ends with it, however it hides; default `true`. Without, or where none can be made,
 * those that left the process group are found by a mark in their environment.
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (options?: {
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined
  readonly grace?: Duration.DurationInput | undefined
  readonly controlGroups?: boolean | undefined
}): Layer.Layer<Subprocess> =>
  Layer.scoped(
    Subprocess,
    Effect.gen(function* () {
      const watchdog = yield* makeWatchdog(Descendants.make({ controlGroups: options?.controlGroups ?? true }))
      const grace = Duration.decode(options?.grace ?? "2 seconds")
      const environment = options?.environment ?? process.env
      const secrets = yield* Secrets

      const run = (command: Command): Effect.Effect<Result, SubprocessNotStarted | SubprocessTimedOut> =>
        Effect.suspend(() =>
          runCommand(command, { ...withoutSecrets(inherited(environment), secrets), ...command.env }, watchdog, grace)
        ).pipe(
          Effect.scoped,
          Effect.tap((result) => Effect.annotateCurrentSpan("process.exit.code", result.exitCode)),
          Effect.withSpan("Subprocess.run", {
            attributes: { "process.command": show(command), "process.working_directory": command.cwd }
          })
        )
      return Subprocess.of({ run })
    })
  )

/**
 * A name on the list says nothing about the value: `LANG` may hold a key by mistake. Proxies and npm need their own
 * credentials, and to give npm some is the user's choice.
 */
const withoutSecrets = (environment: Record<string, string>, { redact }: Service): Record<string, string> =>
  Object.fromEntries(
    Object.entries(environment).filter(([name, value]) => /^npm_config_|_proxy$/i.test(name) || redact(value) === value)
  )

const runCommand = Effect.fnUntraced(function* (
  command: Command,
  env: Record<string, string>,
  watchdog: Watchdog,
  grace: Duration.Duration
) {
  const file = yield* locate(command, env)
  const began = yield* Clock.currentTimeNanos
  const limit = Math.max(1, command.maxOutputBytes ?? 1024 * 1024)
  const stdout = new Tail(limit)
  const stderr = new Tail(limit)
  const { group, readers } = yield* Effect.uninterruptible(
    Effect.gen(function* () {
      const group = yield* start(command, file, env, watchdog)
      const readers = yield* Effect.all(
        [read(group.stdout, "stdout", stdout, command), read(group.stderr, "stderr", stderr, command)],
        { concurrency: 2, discard: true }
      ).pipe(Effect.interruptible, Effect.forkScoped)
      // Added last, so it runs first: whoever says something while it ends must still find a reader, or the broken pipe
      // would kill it in the middle of its clean-up.
      yield* Effect.addFinalizer(() => Effect.zipRight(endAll(group, watchdog, grace), watchdog.forget(group.pid)))
      return { group, readers }
    })
  )

  const timeout = Duration.decode(command.timeout)
  const ended = Deferred.await(group.ended)
  const [code, signal] = yield* Duration.isFinite(timeout)
    ? Effect.timeoutFail(ended, {
        duration: timeout,
        onTimeout: () =>
          new SubprocessTimedOut({ command: show(command), timeout, stdout: stdout.text(), stderr: stderr.text() })
      })
    : ended
  // What the program left in its group holds its pipes open, so it goes first; a process that left the group as well
  // is not waited for.
  yield* endAll(group, watchdog, grace)
  // A number of looks and not a time: after a stall of the event loop a time is over before what waits in the pipes is read.
  yield* Effect.raceFirst(
    Fiber.join(readers),
    until(() => false, Duration.seconds(1))
  )

  const duration = Duration.millis(Number(((yield* Clock.currentTimeNanos) - began) / 1_000_000n))
  const exitCode = code ?? 128 + (signal === null ? 0 : constants.signals[signal])
  return {
    exitCode,
    signal: signal ?? undefined,
    stdout: stdout.text(),
    stderr: stderr.text(),
    truncated: stdout.dropped || stderr.dropped,
    duration
  }
})

// A started command: its process is the leader of a process group, and of a session, of its own.
interface Group {
  readonly stdout: Readable
  readonly stderr: Readable
  readonly pid: number
  /** What its descendants carry in their environment. */
  readonly mark: string
  readonly ended: Deferred.Deferred<readonly [code: number | null, signal: NodeJS.Signals | null]>
}

const start = Effect.fnUntraced(function* (
  command: Command,
  file: string,
  env: Record<string, string>,
  watchdog: Watchdog
) {
  const pipe = yield* watchdog.pipe
  const { groups } = watchdog.descendants
  const mark = watchdog.nextMark()
  const ended = yield* Deferred.make<readonly [number | null, NodeJS.Signals | null]>()
  return yield* Effect.async<Group, SubprocessNotStarted>((resume) => {
    const child = spawn("/bin/sh", ["-c", enter, "sh", groups, file, ...command.args], {
      cwd: command.cwd,
      env: { ...env, [Descendants.variable]: mark },
      detached: true,
      stdio: ["ignore", "pipe", "pipe", pipe]
    })
    const [stdout, stderr] = [held(child.stdout!), held(child.stderr!)] // piped by `stdio`, so neither is null
    child.on("exit", (code, signal) => Deferred.unsafeDone(ended, Effect.succeed([code, signal] as const)))
    child.on("error", (error) => resume(refused(command, "refused", error.message)))
    child.on("spawn", () => resume(Effect.succeed({ stdout, stderr, pid: child.pid!, mark, ended })))
  })
})

// What a command said until somebody reads it: when a process ends, Node throws away what nobody has asked for by then, and
// on a busy machine a short command has ended before the fiber that reads it begins.
const held = (stream: Readable): Readable => pipeline(stream, new PassThrough(), () => {})

// Tells the watchdog of its group, joins its control group, and becomes the command.
const enter = `echo "+ $$" >&3; exec 3>&-
if [ -n "$1" ]; then mkdir "$1/$$" && echo $$ > "$1/$$/cgroup.procs" || rmdir "$1/$$"; fi 2>/dev/null
shift; exec "$@"`

// The group, and then whoever has left it: TERM, and KILL once the grace has passed.
const endAll = (group: Group, watchdog: Watchdog, grace: Duration.Duration) =>
  Effect.gen(function* () {
    yield* endGroup(group, grace)
    const { descendants } = watchdog
    const strays = () => descendants.of(group.pid, group.mark)
    for (const pid of strays()) signal(pid, "SIGTERM")
    yield* until(() => strays().length === 0, grace)
    // More than once: one of them may start another while the list is read.
    for (let round = 0; round < 5 && strays().length > 0; round++) {
      descendants.kill(group.pid, group.mark)
      yield* until(() => strays().length === 0, Duration.millis(100))
    }
    descendants.forget(group.pid)
  })

// TERM to the group, KILL once the grace has passed. The leader may be gone while its children live, so the group is
// what is asked about; it is gone when a signal finds nobody. The number of questions is the limit, because this runs in
// finalizers, where a time-out could interrupt nothing.
const endGroup = ({ pid }: Group, grace: Duration.Duration) =>
  Effect.suspend(() => {
    if (!signal(-pid, "SIGTERM")) return Effect.void
    return Effect.zipRight(
      until(() => !signal(-pid, 0), grace),
      Effect.sync(() => void signal(-pid, "SIGKILL"))
    )
  })

const until = (condition: () => boolean, limit: Duration.Duration) => {
  const everyMillis = 10
  return Effect.sync(condition).pipe(
    Effect.repeat({
      until: (met) => met,
      schedule: Schedule.spaced(everyMillis),
      times: Math.ceil(Duration.toMillis(limit) / everyMillis)
    })
  )
}

/** A negative number names a process group, as for `kill`. */
const signal = (pid: number, name: NodeJS.Signals | 0): boolean => {
  try {
    return process.kill(pid, name)
  } catch {
    // ESRCH: nobody is left. EPERM cannot be: they are our own child's.
    return false
  }
}

const read = (stream: Readable, name: "stdout" | "stderr", tail: Tail, command: Command) => {
  const decoder = new StringDecoder("utf8")
  return Stream.fromAsyncIterable<Uint8Array, Error>(stream, (cause) => new Error(`${name} broke`, { cause })).pipe(
    Stream.runForEach((chunk) => {
      tail.add(chunk)
      return command.onOutput?.(decoder.write(Buffer.from(chunk)), name) ?? Effect.void
    }),
    // A pipe breaks when its writer is killed: how the command ended says more than that.
    Effect.ignore
  )
}

// The last bytes of a stream. Owned by the fiber that reads the stream.
class Tail {
  private chunks: Array<Uint8Array> = []
  private size = 0
  private readonly limit: number
  dropped = false

  constructor(limit: number) {
    this.limit = limit
  }

  add(chunk: Uint8Array) {
    this.chunks.push(chunk)
    this.size += chunk.length
    while (this.size - this.chunks[0]!.length >= this.limit) {
      this.size -= this.chunks.shift()!.length
      this.dropped = true
    }
  }

  text() {
    const all = Buffer.concat(this.chunks)
    if (all.length <= this.limit) return all.toString("utf8")
    this.dropped = true
    let from = all.length - this.limit
    // Not from the middle of a character.
    while (from < all.length && (all[from]! & 0xc0) === 0x80) from++
    return all.toString("utf8", from)
  }
}

// `sh` reports a missing program by code 127, which a program may also return; so the file is looked for first.
const locate = (command: Command, env: Record<string, string>) =>
  Effect.suspend(() => {
    if (process.platform === "win32") return refused(command, "refused", "subprocesses need a POSIX system")
    if (!statSync(command.cwd, { throwIfNoEntry: false })?.isDirectory()) {
      return refused(command, "noFolder", "there is no such folder")
    }
    const named = command.command
    const candidates = named.includes("/")
      ? [isAbsolute(named) ? named : resolve(command.cwd, named)]
      : (env.PATH ?? "").split(delimiter).flatMap((folder) => (folder === "" ? [] : [join(folder, named)]))
    const found = candidates.find(isExecutable)
    return found === undefined
      ? refused(command, "notFound", "there is no such program; is it installed and on the PATH?")
      : Effect.succeed(found)
  })

const isExecutable = (file: string) => {
  try {
    accessSync(file, access.X_OK)
    return statSync(file).isFile()
  } catch {
    return false
  }
}

const refused = (command: Command, reason: SubprocessNotStarted["reason"], detail: string) =>
  Effect.fail(new SubprocessNotStarted({ command: command.command, cwd: command.cwd, reason, detail }))

interface Watchdog {
  readonly descendants: Descendants.Descendants
  readonly nextMark: () => string
  /** The pipe's writing end, for a child to name its group on. Starts the watchdog if it is not running. */
  readonly pipe: Effect.Effect<NonNullable<ChildProcess["stdin"]>>
  readonly forget: (group: number) => Effect.Effect<void>
}

// In a session of its own, so that a Ctrl-C meant for this process does not reach it.
const watch = `trap '' HUP INT TERM PIPE
live=' '
while read -r sign group; do
  case $sign in
    +) live="$live$group " ;;
    -) case $live in *" $group "*) live="\${live%% $group *} \${live#* $group }" ;; esac ;;
  esac
done
for group in $live; do
  kill -s KILL -- "-$group"
  [ -z "$groups" ] || echo 1 > "$groups/$group/cgroup.kill"
done 2>/dev/null
# A group is empty once the system has ended its members, a moment after it was told to.
for round in 1 2 3 4 5; do
  [ -d "$groups" ] || break
  rmdir "$groups"/*/ "$groups" 2>/dev/null
  [ -d "$groups" ] && sleep 0.1
done
marked() {
  if [ -e /proc/self/environ ]; then
    for file in /proc/[0-9]*/environ; do
      tr '\\0' '\\n' < "$file" | grep -q "^$mark" && { file=\${file#/proc/}; echo "\${file%/environ}"; }
    done
  else ps axeww -o pid=,command= | grep " $mark" | awk '{ print $1 }'
  fi 2>/dev/null
}
case $live in *[0-9]*)
  for round in 1 2 3 4 5; do
    strays=$(marked)
    [ -n "$strays" ] || break
    kill -s KILL $strays 2>/dev/null
  done ;;
esac`

const makeWatchdog = Effect.fnUntraced(function* (descendants: Descendants.Descendants) {
  let commands = 0
  const current = yield* SynchronizedRef.make<ChildProcess | undefined>(undefined)
  const running = (dog: ChildProcess | undefined): dog is ChildProcess =>
    dog !== undefined && dog.exitCode === null && dog.signalCode === null
  yield* Effect.addFinalizer(() => Effect.sync(descendants.close))
  yield* Effect.addFinalizer(() =>
    Effect.flatMap(SynchronizedRef.get(current), (dog) =>
      running(dog)
        ? Effect.async<void>((resume) => {
            dog.once("exit", () => resume(Effect.void))
            dog.stdin?.end()
          })
        : Effect.void
    )
  )
  const pipe = SynchronizedRef.modifyEffect(current, (dog) =>
    Effect.sync(() => {
      const next = running(dog) ? dog : startWatchdog(descendants)
      return [next.stdin!, next] as const
    })
  )
  const forget = (group: number) =>
    Effect.flatMap(SynchronizedRef.get(current), (dog) => Effect.sync(() => void dog?.stdin?.write(`- ${group}\n`)))
  return { pipe, forget, descendants, nextMark: () => `${descendants.mark}.${++commands}.` } satisfies Watchdog
})

const startWatchdog = ({ groups, mark }: Descendants.Descendants): ChildProcess => {
  const dog = spawn("/bin/sh", ["-c", watch], {
    cwd: "/",
    env: { PATH: "/usr/bin:/bin", groups, mark: `${Descendants.variable}=${mark}` },
    detached: true,
    stdio: ["pipe", "ignore", "ignore"]
  })
  // Without a listener a broken pipe, or a system without `sh`, would end this process; the child then fails instead.
  dog.on("error", () => {})
  dog.stdin.on("error", () => {})
  return dog
}
