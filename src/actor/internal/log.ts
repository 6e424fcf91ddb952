/**
 * Lines of the runtime, logged as the program does that built the system; they cost nothing where nobody listens.
 */
import { type Cause, Effect, FiberRef, FiberRefs, HashMap, HashSet, LogLevel } from "effect"

/** `about`: what is noted beside the line, such as the actor and its life. */
export type Log = (
  level: "Debug" | "Info" | "Warning" | "Error",
  line: string,
  cause?: Cause.Cause<unknown>,
  about?: HashMap.HashMap<string, unknown>
) => void

/** `around`: what the builder's fiber knows, its loggers and least level among it. `fork` runs an Effect in that. */
export const logOf = (around: FiberRefs.FiberRefs, fork: (line: Effect.Effect<void>) => unknown): Log => {
  const loggers = FiberRefs.getOrDefault(around, FiberRef.currentLoggers)
  const least = FiberRefs.getOrDefault(around, FiberRef.currentMinimumLogLevel)
  return (level, line, cause, about) => {
    const logLevel = LogLevel.fromLiteral(level)
    if (HashSet.size(loggers) === 0 || LogLevel.lessThan(logLevel, least)) return
    const said = Effect.logWithLevel(logLevel, ...(cause === undefined ? [line] : [line, cause]))
    fork(about === undefined ? said : Effect.locallyWith(said, FiberRef.currentLogAnnotations, HashMap.union(about)))
  }
}
