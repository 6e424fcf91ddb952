/**
 * Commands that people can paste into a shell.
 *
 * @since 0.1.0
 */

/** One word, quoted for a POSIX shell if it has to be. @category combinators */
export const quote = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`

/** The whole command: `program` as it is, each argument quoted. @category combinators */
export const join = (program: string, argv: ReadonlyArray<string>): string => [program, ...argv.map(quote)].join(" ")
