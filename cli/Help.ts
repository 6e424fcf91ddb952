/**
 * The help texts, made from the tables of Options.ts. Loads nothing of Effect.
 *
 * @since 0.1.0
 */
import type { Command, Options } from "./Options.ts"

/** Options that every command takes; main.ts handles them. */
const COMMON: ReadonlyArray<readonly [string, string]> = [
  ["--debug", "on an error, show the stack and the log (also: TROUPE_DEBUG=1)"],
  ["--help", "show this help"]
]

/**
 * The program's own help: what it is, its commands, how to go on.
 *
 * @category combinators
 */
export const ofProgram = (program: string, commands: ReadonlyArray<Command<Options>>): string =>
  [
    "Troupe runs teams of software agents as supervised actors.",
    "",
    `Usage: ${program} COMMAND [options]`,
    "",
    "Commands:",
    ...table(commands.map((command) => [usageOf(command), command.summary])),
    "",
    "Options:",
    ...table([
      ["--help", "show this help; after a command, that command's"],
      ["--version", "show the version"]
    ]),
    "",
    "Exit codes: 0 done; 1 failed or partial; 2 bad input or usage; 130/143 interrupted.",
    ""
  ].join("\n")

/**
 * The help of one command.
 *
 * @category combinators
 */
export const ofCommand = (program: string, command: Command<Options>): string =>
  [
    `${command.summary[0]!.toUpperCase()}${command.summary.slice(1)}.`,
    "",
    `Usage: ${program} ${usageOf(command)}${Object.keys(command.options).length > 0 ? " [options]" : ""}`,
    ...(command.details === undefined ? [] : ["", ...wrap(command.details, WIDTH)]),
    ...(command.arguments.length === 0
      ? []
      : ["", "Arguments:", ...table(command.arguments.map((argument) => [argument.name, argument.about]))]),
    "",
    "Options:",
    ...table([
      ...Object.entries(command.options)
        .filter(([name]) => name !== "debug")
        .map(
          ([name, option]) =>
            [`--${name}${option.value === undefined ? "" : ` ${option.value}`}`, option.about] as const
        ),
      ...COMMON
    ]),
    ...(command.examples.length === 0
      ? []
      : ["", "Examples:", ...command.examples.map((example) => `  ${program} ${example}`)]),
    ""
  ].join("\n")

const usageOf = (command: Command<Options>): string =>
  [command.name, ...command.arguments.map((argument) => argument.name)].join(" ")

/** Columns of the help; a terminal's usual width. */
const WIDTH = 80

const table = (rows: ReadonlyArray<readonly [string, string]>): ReadonlyArray<string> => {
  const width = Math.max(...rows.map(([name]) => name.length))
  return rows.flatMap(([name, about]) =>
    wrap(about, WIDTH - width - 4).map((line, index) => `  ${(index === 0 ? name : "").padEnd(width)}  ${line}`)
  )
}

const wrap = (text: string, width: number): ReadonlyArray<string> => {
  const lines: Array<string> = []
  for (const word of text.split(" ")) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}
