/**
 * The few colours of the program, by meaning. Only the sixteen that every terminal's theme sets, never a background.
 *
 * @since 0.1.0
 */

/** What a piece of text means. @category models */
export type Tone = "plain" | "strong" | "faint" | "good" | "active" | "warning" | "bad"

/** Colours `text`, or leaves it as it is. @category models */
export type Paint = (tone: Tone, text: string) => string

const CODES: Readonly<Record<Exclude<Tone, "plain">, number>> = {
  strong: 1,
  faint: 2,
  good: 32,
  active: 36,
  warning: 33,
  bad: 31
}

/** A brush that colours only if `color`. @category constructors */
export const make =
  (color: boolean): Paint =>
  (tone, text) =>
    !color || tone === "plain" || text === "" ? text : `\u001b[${CODES[tone]}m${text}\u001b[0m`
