/**
 * Effects that need no fiber: a value, a failure, or one synchronous computation.
 *
 * A handler that answers with `Effect.sync` or `Effect.succeed` would otherwise wake its actor's fiber to run a single
 * operation. Everything else, and everything that a later version of Effect represents otherwise, goes to the fiber.
 */
import { Cause, type Effect, Exit } from "effect"

/** How Effect 3 represents `Effect.sync`; not part of its published types, which is why it is looked at so warily. */
interface Sync {
  readonly _op: "Sync"
  readonly effect_instruction_i0: () => unknown
}

const isSync = (effect: object): effect is Sync =>
  "_op" in effect &&
  effect._op === "Sync" &&
  "effect_instruction_i0" in effect &&
  typeof effect.effect_instruction_i0 === "function"

/** The outcome of an Effect that needs no fiber; `undefined` for any other. */
export const outcomeOf = (effect: Effect.Effect<unknown, unknown>): Exit.Exit<unknown, unknown> | undefined => {
  if (Exit.isExit(effect)) return effect
  if (!isSync(effect)) return undefined
  try {
    return Exit.succeed(effect.effect_instruction_i0())
  } catch (defect) {
    return Exit.failCause(Cause.die(defect))
  }
}
