/**
 * Lines of the runtime, logged as the program does that built the system; they cost nothing where nobody listens.
 */
import { type Cause, Effect, FiberRef, FiberRefs, HashSet, LogLevel } from "effect"

export type Log = (level: "Debug" | "Info" | "Warning" | "Error", line: string, cause?: Cause.Cause<unknown>) => void

/** `around`: what the builder's fiber knows, its loggers and least level among it. `fork` runs an Effect in that. */
export const logOf = (around: FiberRefs.FiberRefs, fork: (line: Effect.Effect<void>) => unknown): Log => {
  const loggers = FiberRefs.getOrDefault(around, FiberRef.currentLoggers)
  const least = FiberRefs.getOrDefault(around, FiberRef.currentMinimumLogLevel)
  return (level, line, cause) => {
    const logLevel = LogLevel.fromLiteral(level)
    if (HashSet.size(loggers) === 0 || LogLevel.lessThan(logLevel, least)) return
    fork(Effect.logWithLevel(logLevel, ...(cause === undefined ? [line] : [line, cause])))
  }
}
