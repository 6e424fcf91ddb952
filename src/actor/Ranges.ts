/**
 * Options that are out of their range: mistakes in the program, met when it is first loaded, with nothing to recover from.
 */
import { Duration, Option } from "effect"

/** Throws a `RangeError` unless it is a whole number of `least` or more. */
export const wholeNumber = (name: string, value: number, least: number): number => {
  if (!Number.isInteger(value) || value < least) {
    throw new RangeError(`${name} must be a whole number of ${least} or more, found ${value}.`)
  }
  return value
}

/** Throws a `RangeError` unless it is a number of `least` or more. */
export const atLeast = (name: string, value: number, least: number): number => {
  if (!(value >= least)) throw new RangeError(`${name} must be a number of ${least} or more, found ${value}.`)
  return value
}

/** In milliseconds. Throws a `RangeError` if it is negative or no number, or zero where that means nothing. */
export const durationMillis = (
  name: string,
  input: Duration.DurationInput,
  least: "zero" | "more than zero"
): number => {
  const millis = decodedMillis(input)
  if (millis > 0 || (millis === 0 && least === "zero")) return millis
  throw new RangeError(
    `${name} must be a duration of ${least === "zero" ? "zero or more" : least}, found ${typeof input === "object" ? millis : String(input)}.`
  )
}

const decodedMillis = (input: Duration.DurationInput): number => {
  if (isBelowZero(input)) return Number.NaN
  return Option.match(Duration.decodeUnknown(input), { onNone: () => Number.NaN, onSome: Duration.toMillis })
}

/** Effect takes what is negative, and what is no number, for zero. */
const isBelowZero = (input: Duration.DurationInput): boolean => {
  if (Duration.isDuration(input)) return false
  if (typeof input === "string") return input.startsWith("-")
  return typeof input === "bigint" || typeof input === "number"
    ? !(input >= 0)
    : Array.isArray(input) && input.some((part) => !(part >= 0))
}
