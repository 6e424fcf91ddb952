/**
 * Runs one command: its signals, its exit code, and what is said when it fails.
 *
 * Platform's `runMain` ends with 0 after a signal and knows no SIGHUP. Here a signal interrupts the program, so that every
 * scope closes (agents, subprocesses, files, spans), and ends it with 128 + the signal's number; closing that takes
 * longer than the grace, or a second signal, ends the process at once. An error that nobody handled takes the same way,
 * with 1; and no exit is 0 if its result did not arrive on stdout.
 *
 * @since 0.1.0
 */
import { Cause, Effect, Exit, HashMap, Logger, LogLevel, Option } from "effect"
import * as FairScheduler from "../src/actor/FairScheduler.ts"
import { Secrets } from "../src/secrets/Secrets.ts"
import { Ending, type Reason } from "./Ending.ts"
import * as Failure from "./Failure.ts"
import type { Output } from "./Output.ts"
import * as Terminal from "./Terminal.ts"

/** How long closing may take after a signal. Below the promised 5 s, so that the exit itself fits in. */
const GRACE_MILLIS = 4_500

const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const

/**
 * What surrounds a command.
 *
 * @category models
 */
export interface ExecuteOptions {
  /** Show the stack of an error and log from debug level on. */
  readonly debug: boolean
  /** A failure is also one JSON document on stdout. */
  readonly json: boolean
  readonly program: string
  readonly output: Output
}

/**
 * Runs `command` and ends the process with the exit code it gives.
 *
 * @category constructors
 */
export const execute = (
  command: Effect.Effect<number, Failure.Known, Terminal.Terminal | Ending>,
  options: ExecuteOptions
): void => {
  const { output } = options
  // Before anything can be said: what the environment and the command line hold must not come back out of them.
  const secrets = Effect.runSync(
    Effect.tap(Secrets, ({ addEnvironment, addUrls }) =>
      Effect.zipRight(addEnvironment(process.env), addUrls(...process.argv))
    )
  )
  const streams = Terminal.make(output.stdout, output.stderr, process.env, secrets.redact)
  // A command may answer although it is interrupted, and one document is all that a reader expects.
  let answered = false
  const terminal: typeof streams = {
    ...streams,
    result: (text) => {
      answered = true
      streams.result(text)
    }
  }
  let reason: Reason | undefined
  const fiber = Effect.runFork(
    command.pipe(
      Effect.provideService(Terminal.Terminal, terminal),
      Effect.provideService(Ending, { reason: () => reason }),
      Effect.provide(Logger.replace(Logger.defaultLogger, logger(terminal))),
      Logger.withMinimumLogLevel(options.debug ? LogLevel.Debug : LogLevel.Warning)
    ),
    // Timers and sockets get their turn however busy the agents are; children inherit it.
    { scheduler: FairScheduler.make() }
  )

  const end = (why: Reason, text: string) => {
    reason = why
    setTimeout(() => cutOff(why), GRACE_MILLIS).unref()
    fiber.unsafeInterruptAsFork(fiber.id())
    terminal.tell(text)
  }
  for (const [signal, exitCode] of Object.entries(SIGNALS)) {
    process.on(signal, () => {
      if (reason?._tag === "Signal") cutOff(reason)
      end({ _tag: "Signal", exitCode }, "Stopping. A second Ctrl-C exits at once.")
    })
  }
  const uncaught = (error: unknown) => {
    const message = `an error that nobody handled: ${describe(error)}`
    // After the first the program is ending already.
    if (reason !== undefined) return terminal.tell(`troupe: ${message}`)
    const advice =
      "Wait for the promise or handle the event that it comes from; if that is not yours, please report it."
    end({ _tag: "Uncaught", message }, [`troupe: stopped by ${message}`, advice, ...stackOf(error, options)].join("\n"))
  }
  process.on("uncaughtException", uncaught)
  process.on("unhandledRejection", uncaught)

  let ended = false
  // Every exit passes here: the cursor must not stay hidden, and a command that never came to its end is no success.
  process.on("exit", () => {
    terminal.frame([])
    // With any code: a module's 2 would be read as bad input.
    if (!ended) {
      const message =
        "the program ended before its command did: a module that it loaded left, or waits for what never comes"
      terminal.tell(`troupe: ${message}.`)
      if (options.json) writeJson(terminal, { status: "bug", message })
      process.exitCode = 1
    }
    // Last, because the document above may be what is lost.
    tellLost(terminal, output)
  })
  const leave = (code: number): never => {
    ended = true
    return process.exit(output.lost() === undefined ? code : Math.max(code, 1))
  }

  const tellCutOff = (why: Reason) => {
    if (options.json && !answered) writeJson(terminal, cutOffOf(why))
  }
  /** Without waiting for the command to end. */
  const cutOff = (why: Reason): never => {
    tellCutOff(why)
    return leave(exitCodeOf(why))
  }

  fiber.addObserver((exit) => {
    ended = true
    terminal.frame([])
    if (reason !== undefined) tellCutOff(reason)
    const code = Exit.match(exit, {
      onSuccess: (code) => (reason === undefined ? code : exitCodeOf(reason)),
      onFailure: (cause) => (reason === undefined ? tell(cause, terminal, options) : exitCodeOf(reason))
    })
    output.whenFlushed(() => leave(code))
  })
}

const exitCodeOf = (reason: Reason): number => (reason._tag === "Signal" ? reason.exitCode : 1)

const cutOffOf = (reason: Reason) =>
  reason._tag === "Signal"
    ? { status: "cancelled" }
    : { status: "failed", error: "UncaughtError", message: reason.message }

/** The one thing that nobody can read from a report which did not arrive. */
const tellLost = (terminal: ReturnType<typeof Terminal.make>, output: Output) => {
  const lost = output.lost()
  if (lost === undefined) return
  terminal.tell(
    `troupe: the result could not be written to stdout: ${lost}. Give the command again with its output elsewhere.`
  )
  process.exitCode = Math.max(Number(process.exitCode ?? 0), 1)
}

const tell = (
  cause: Cause.Cause<Failure.Known>,
  terminal: ReturnType<typeof Terminal.make>,
  options: ExecuteOptions
): number => {
  const failure = Cause.failureOption(cause)
  if (Option.isNone(failure)) {
    terminal.tell(describeBug(cause, options))
    if (options.json) writeJson(terminal, { status: "bug", message: messageOf(Cause.squash(cause)) })
    return 1
  }
  terminal.tell(
    failure.value.message
      .split("\n")
      .map((line) => `troupe: ${printable(line)}`)
      .join("\n")
  )
  if (options.debug) terminal.say(traceOf(cause))
  if (options.json) writeJson(terminal, Failure.toJson(failure.value))
  return 2
}

const describeBug = (cause: Cause.Cause<unknown>, options: ExecuteOptions): string =>
  [
    `troupe: this is a bug: ${describe(Cause.squash(cause))}`,
    options.debug ? traceOf(cause) : "Please report it with what TROUPE_DEBUG=1 shows for the same command."
  ].join("\n")

/** What was thrown and where, on one line. */
const describe = (error: unknown): string => {
  const where = legible(() => (error instanceof Error ? /\n\s+(at .*)/.exec(error.stack ?? "")?.[1] : undefined))
  return printable(`${messageOf(error).split("\n")[0] ?? ""}${where === undefined ? "" : ` (${where})`}`)
}

const stackOf = (error: unknown, options: ExecuteOptions): ReadonlyArray<string> =>
  options.debug
    ? [legible(() => (error instanceof Error ? error.stack : undefined)) ?? ""].filter((stack) => stack !== "")
    : []

const traceOf = (cause: Cause.Cause<unknown>): string =>
  legible(() => Cause.pretty(cause, { renderErrorCause: true })) ?? UNREADABLE

const messageOf = (error: unknown): string =>
  legible(() => (error instanceof Error ? `${error.name}: ${error.message}` : String(error))) ?? UNREADABLE

const UNREADABLE = "an error that throws when it is read"

/** What somebody else's value says about itself; nothing where its getter, `toJSON` or `toString` throws. */
const legible = <A>(read: () => A): A | undefined => {
  try {
    return read()
  } catch {
    return undefined
  }
}

const writeJson = (terminal: ReturnType<typeof Terminal.make>, document: unknown) =>
  terminal.result(`${JSON.stringify(document, undefined, 2)}\n`)

/** Names in a file may hold control characters; they must not reach the terminal. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what it removes
const printable = (text: string): string => text.replace(/[\u0000-\u001f\u007f-\u009f]/g, "�")

/** One line on stderr for each log entry; stdout belongs to results. */
const logger = (terminal: ReturnType<typeof Terminal.make>) =>
  Logger.make(({ annotations, cause, logLevel, message }) => {
    const words = (Array.isArray(message) ? message : [message]).map((part) =>
      typeof part === "string" ? part : (legible(() => JSON.stringify(part) ?? String(part)) ?? `(${typeof part})`)
    )
    const notes = HashMap.toEntries(annotations).map(
      ([key, value]) => `${key}=${legible(() => String(value)) ?? `(${typeof value})`}`
    )
    const detail = Cause.isEmpty(cause) ? [] : [(legible(() => Cause.pretty(cause)) ?? UNREADABLE).split("\n")[0]]
    terminal.tell(printable([logLevel.label.toLowerCase(), ...words, ...notes, ...detail].join(" ")))
  })
