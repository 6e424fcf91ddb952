/**
 * Runs a command of the operating system to its end, and leaves nothing of it behind.
 *
 * Builds, installs and tests are programs of their own. They write more than one wants to keep, start children that
 * outlive them, ignore polite signals, and inherit whatever secrets stand in the environment. The service answers for
 * all of that once: bounded output, a time-out, an end for the entire process group, and an environment made from a list.
 *
 * It is not a shell: arguments are passed as they are, nothing is expanded.
 *
 * @since 0.1.0
 */
import { Context, Data, Duration, Effect, Layer } from "effect"

/**
 * What to run.
 *
 * @since 0.1.0
 * @category models
 */
export interface Command {
  /** The program: a path, or a name looked up in the child's `PATH`. */
  readonly command: string
  readonly args: ReadonlyArray<string>
  /** Absolute path of the folder it runs in. */
  readonly cwd: string
  /** Added to the allow-list environment of {@link inherited}; wins over it. Only what the child may know. */
  readonly env?: Readonly<Record<string, string>> | undefined
  /** From the start to the end of the program. `Duration.infinity` is allowed for servers, which are ended by interruption. */
  readonly timeout: Duration.DurationInput
  /** How much of the end of each stream is kept. Default `1_048_576` (1 MB), at least 1. */
  readonly maxOutputBytes?: number | undefined
  /** Sees the output as it comes. While it waits, the child's pipe fills and the child waits too. */
  readonly onOutput?: ((text: string, stream: "stdout" | "stderr") => Effect.Effect<void>) | undefined
}

/**
 * How a command ended. A code other than `0` is a value here, because for many programs it is an answer; {@link succeed}
 * makes it an error.
 *
 * @since 0.1.0
 * @category models
 */
export interface Result {
  /** As the program gave it; `128 + signal number` when a signal ended it, as shells say it. */
  readonly exitCode: number
  /** Such as `SIGKILL`, where a signal ended it. */
  readonly signal: string | undefined
  /** The last `maxOutputBytes` of the stream, as UTF-8. */
  readonly stdout: string
  readonly stderr: string
  /** True where the beginning of a stream was dropped. */
  readonly truncated: boolean
  readonly duration: Duration.Duration
}

/**
 * The command could not be started: no such program, no such folder, not executable.
 *
 * @since 0.1.0
 * @category errors
 */
export class SubprocessNotStarted extends Data.TaggedError("SubprocessNotStarted")<{
  readonly command: string
  readonly cwd: string
  /** `notFound`: no such program on the `PATH`. `noFolder`: `cwd` is not a folder. `refused`: the system said no. */
  readonly reason: "notFound" | "noFolder" | "refused"
  readonly detail: string
}> {
  override get message() {
    return `${this.command} could not be started in ${this.cwd}: ${this.detail}`
  }
}

/**
 * The command did not end within its time-out. It has been ended, with everything it had started.
 *
 * @since 0.1.0
 * @category errors
 */
export class SubprocessTimedOut extends Data.TaggedError("SubprocessTimedOut")<{
  readonly command: string
  readonly timeout: Duration.Duration
  readonly stdout: string
  readonly stderr: string
}> {
  override get message() {
    return `${this.command} did not end within ${Duration.format(this.timeout)} and was ended: raise "timeout", or see why it hangs.`
  }
}

/**
 * The command ended with another code than `0`; only {@link succeed} fails so.
 *
 * @since 0.1.0
 * @category errors
 */
export class SubprocessFailed extends Data.TaggedError("SubprocessFailed")<{
  readonly command: string
  readonly result: Result
}> {
  override get message() {
    const how = this.result.signal === undefined ? `with code ${this.result.exitCode}` : `by ${this.result.signal}`
    const said = (this.result.stderr.trim() || this.result.stdout.trim()).split("\n").slice(-20).join("\n")
    return `${this.command} ended ${how}${said === "" ? "." : `:\n${said}`}`
  }
}

/**
 * @since 0.1.0
 * @category services
 */
export class Subprocess extends Context.Tag("troupe/Subprocess")<
  Subprocess,
  {
    /**
     * Runs the command to its end. Interruption and the time-out send `SIGTERM` to its process group and, after 2 s,
     * `SIGKILL`; only then does the effect return. Children that the command left in its group end with it.
     */
    readonly run: (command: Command) => Effect.Effect<Result, SubprocessNotStarted | SubprocessTimedOut>
  }
>() {
  /** Runs nothing: `script` decides how each command ends. For tests whose subject is not the subprocess. */
  static readonly layerTest = (
    script: (command: Command) => Effect.Effect<Result, SubprocessNotStarted | SubprocessTimedOut>
  ): Layer.Layer<Subprocess> => Layer.succeed(this, this.of({ run: script }))
}

/**
 * The command as a person would type it, for spans, errors and reports.
 *
 * @since 0.1.0
 * @category combinators
 */
export const show = (command: Pick<Command, "command" | "args">): string =>
  [command.command, ...command.args]
    .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : JSON.stringify(word)))
    .join(" ")

/**
 * Runs the command and fails with {@link SubprocessFailed} unless it ends with code `0`.
 *
 * @since 0.1.0
 * @category combinators
 */
export const succeed = (
  command: Command
): Effect.Effect<Result, SubprocessFailed | SubprocessNotStarted | SubprocessTimedOut, Subprocess> =>
  Effect.gen(function* () {
    const { run } = yield* Subprocess
    const result = yield* run(command)
    if (result.exitCode !== 0) return yield* new SubprocessFailed({ command: show(command), result })
    return result
  })

/**
 * The variables that a child may see: where programs, caches and certificates are, the language, and how to reach the
 * network. Everything else stays here, so that no API key reaches the scripts of a package.
 *
 * @since 0.1.0
 * @category combinators
 */
export const inherited = (environment: Readonly<Record<string, string | undefined>>): Record<string, string> => {
  const child: Record<string, string> = {}
  for (const [name, value] of Object.entries(environment)) {
    if (value !== undefined && allowed.test(name)) child[name] = value
  }
  return child
}

// `npm_config_*` may hold a registry token: npm needs it, and it is the user's own choice to hand it to npm.
const allowed =
  /^(PATH|HOME|USER|LOGNAME|SHELL|LANG|LANGUAGE|LC_\w+|TZ|TMPDIR|TMP|TEMP|CI|NO_COLOR|XDG_\w+_HOME|NODE_EXTRA_CA_CERTS|SSL_CERT_(FILE|DIR)|(https?|no|all)_proxy|npm_config_.+)$/i
