/**
 * Lines of the runtime, logged as the program does that built the system; they cost nothing where nobody listens.
 */
import { type Cause, Effect, FiberRef, FiberRefs, HashMap, HashSet, LogLevel } from "effect"
import { annotationsOf } from "./carried.ts"

/** The actor that a line is about, and which of its lives; annotations are made of it only if the line is logged. */
export interface Subject {
  readonly address: string
  readonly life?: number | undefined
}

export type Log = (
  level: "Debug" | "Info" | "Warning" | "Error",
  line: string,
  cause?: Cause.Cause<unknown>,
  about?: Subject
) => void

/** `around`: what the builder's fiber knows, its loggers and least level among it. `fork` runs an Effect in that. */
export const logOf = (around: FiberRefs.FiberRefs, fork: (line: Effect.Effect<void>) => unknown): Log => {
  const loggers = FiberRefs.getOrDefault(around, FiberRef.currentLoggers)
  const least = FiberRefs.getOrDefault(around, FiberRef.currentMinimumLogLevel)
  return (level, line, cause, about) => {
    const logLevel = LogLevel.fromLiteral(level)
    if (HashSet.size(loggers) === 0 || LogLevel.lessThan(logLevel, least)) return
    const said = Effect.logWithLevel(logLevel, ...(cause === undefined ? [line] : [line, cause]))
    if (about === undefined) return fork(said)
    const annotations = annotationsOf(about.address, about.life)
    fork(Effect.locallyWith(said, FiberRef.currentLogAnnotations, HashMap.union(annotations)))
  }
}
