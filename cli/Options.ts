/**
 * What a command accepts, as one table, and the reading of a command line by it.
 *
 * The same table makes the help text (Help.ts), so the two cannot disagree. Nothing here loads Effect: `--help` and a
 * mistyped option must answer at once. Node's own parser is used for the tokens only; what is wrong is decided here,
 * so that every mistake is reported, in words, and with the nearest name that exists.
 *
 * @since 0.1.0
 */
import { parseArgs } from "node:util"
import { nearest } from "../src/team/NearestName.ts"

/**
 * One option of a command.
 *
 * @category models
 */
export interface Option<A> {
  readonly about: string
  /** What stands for the value in the help text: `DIR`; `undefined` for a flag that takes none. */
  readonly value: string | undefined
  /** Reads the value as written; an answer of `{ expected }` says what would have been right. */
  readonly read: (written: string) => { readonly value: A } | { readonly expected: string }
  /** The value when the option is absent. */
  readonly absent: A
}

/**
 * An argument by position.
 *
 * @category models
 */
export interface Argument {
  readonly name: string
  readonly about: string
}

// biome-ignore lint/suspicious/noExplicitAny: stands for an option of any type; `Values` gets each one's type back
export type Options = Readonly<Record<string, Option<any>>>

/**
 * The values of a command's options, by the option's name.
 *
 * @category models
 */
export type Values<O extends Options> = { readonly [K in keyof O]: O[K] extends Option<infer A> ? A : never }

/**
 * A command: everything that its parsing and its help need.
 *
 * @category models
 */
export interface Command<O extends Options> {
  readonly name: string
  readonly summary: string
  /** Said below the usage line of its help: a few short paragraphs. */
  readonly details?: string | undefined
  /** All are required, in this order. */
  readonly arguments: ReadonlyArray<Argument>
  readonly options: O
  readonly examples: ReadonlyArray<string>
}

/**
 * A command line that was understood.
 *
 * @category models
 */
export interface Invocation<O extends Options> {
  readonly options: Values<O>
  readonly arguments: ReadonlyArray<string>
}

/** @category constructors */
export const flag = (about: string): Option<boolean> => ({
  about,
  value: undefined,
  read: () => ({ value: true }),
  absent: false
})

/** A value that may not be empty. @category constructors */
export const text = (value: string, about: string): Option<string | undefined> => ({
  about,
  value,
  read: (written) => (written.trim() === "" ? { expected: `${value}, which is not empty` } : { value: written }),
  absent: undefined
})

/** A whole number within bounds, both included. @category constructors */
export const integer = (
  value: string,
  about: string,
  bounds: { readonly min: number; readonly max: number }
): Option<number | undefined> => ({
  about,
  value,
  read: (written) => {
    const number = /^\d{1,15}$/.test(written) ? Number(written) : Number.NaN
    return number >= bounds.min && number <= bounds.max
      ? { value: number }
      : { expected: `a whole number from ${bounds.min} to ${bounds.max}` }
  },
  absent: undefined
})

/** One of a few words. @category constructors */
export const choice = <const V extends string, D extends V | undefined>(
  value: string,
  about: string,
  choices: ReadonlyArray<V>,
  absent: D
): Option<V | D> => ({
  about,
  value,
  read: (written) => {
    const found = choices.find((one) => one === written)
    return found === undefined
      ? { expected: sentence(`one of ${choices.join(", ")}`, nearest(written, choices)) }
      : { value: found }
  },
  absent
})

/**
 * Reads `argv` (what stands after the command's name) by the command's table.
 *
 * Wrong are: an unknown option wherever it stands, a value that is missing or not of the option's kind, a value for a
 * flag, an option given twice, an argument too many or too few. All mistakes are returned, one sentence each.
 *
 * @category combinators
 */
export const parse = <O extends Options>(
  command: Command<O>,
  argv: ReadonlyArray<string>
): { readonly invocation: Invocation<O> } | { readonly mistakes: ReadonlyArray<string> } => {
  const mistakes: Array<string> = []
  const names = Object.keys(command.options)
  const values = new Map<string, unknown>(names.map((name) => [name, command.options[name]!.absent]))
  const seen = new Set<string>()
  const positionals: Array<string> = []
  let unknown = false

  const { tokens } = parseArgs({
    args: [...argv],
    strict: false,
    allowPositionals: true,
    tokens: true,
    options: Object.fromEntries(
      names.map((name) => [name, { type: command.options[name]!.value === undefined ? "boolean" : "string" }])
    )
  })
  for (const token of tokens) {
    if (token.kind === "positional") positionals.push(token.value)
    if (token.kind !== "option") continue
    const option = Object.hasOwn(command.options, token.name) ? command.options[token.name] : undefined
    if (option === undefined || !token.rawName.startsWith("--")) {
      unknown = true
      mistakes.push(
        sentence(`Unknown option ${token.rawName}`, nearest(token.name, names.concat("help", "version")), "--")
      )
      continue
    }
    if (seen.has(token.name)) {
      mistakes.push(`${token.rawName} is given twice: keep one.`)
      continue
    }
    seen.add(token.name)
    if (option.value === undefined) {
      if (token.value === undefined) values.set(token.name, true)
      else mistakes.push(`${token.rawName} takes no value, found "${token.value}".`)
      continue
    }
    const written = token.value
    if (written === undefined || (!token.inlineValue && written.startsWith("-") && written !== "-")) {
      mistakes.push(`${token.rawName} needs a value: ${token.rawName} ${option.value}.`)
      continue
    }
    const read = option.read(written)
    if ("value" in read) values.set(token.name, read.value)
    else
      mistakes.push(
        `${token.rawName}: found "${written}", expected ${read.expected.replace(/[.?]?$/, (end) => end || ".")}`
      )
  }

  for (const missing of command.arguments.slice(positionals.length)) {
    mistakes.push(`${missing.name} is missing: ${missing.about}.`)
  }
  // What follows an unknown option may have been meant as its value.
  const extras = unknown ? [] : positionals.slice(command.arguments.length)
  for (const extra of extras) {
    const wanted =
      command.arguments.length === 0 ? "no argument" : `only ${command.arguments.map((one) => one.name).join(" ")}`
    mistakes.push(`"${extra}" is one argument too many: "${command.name}" takes ${wanted}.`)
  }
  if (mistakes.length > 0) return { mistakes }
  // The map holds exactly the table's names, each with the type its own `read` and `absent` give.
  return { invocation: { options: Object.fromEntries(values) as Values<O>, arguments: positionals } }
}

/** A full sentence, followed by a question for the nearest name if there is one. @category combinators */
export const sentence = (text: string, near: string | undefined, prefix = ""): string =>
  near === undefined ? `${text}.` : `${text}. Did you mean ${prefix}${near}?`
