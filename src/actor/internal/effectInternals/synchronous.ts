/**
 * Runs an Effect without a fiber, as far as it is synchronous.
 *
 * Most handlers that are Effects only compute: a generator over a few `Ref`s, a `map`, a tell. Waking a fiber for that costs
 * several times as much as what it does. So their steps are taken here, as Effect's own run loop takes them, up to the first
 * that needs a fiber: one that waits, forks, looks at its fiber or asks another actor. That one and all that follow are given
 * back as an Effect, for the fiber of the actor to go on with. The outcome is the same either way, and so is the order of
 * what is done; a property test compares the two.
 *
 * Knows eight of Effect's operations (`layout`). Every other one is left to the fiber, and so are all where the layout is not
 * trusted.
 */
import { Cause, Effect, Exit, FiberId } from "effect"
import { YieldWrap, yieldWrapGet } from "effect/Utils"
import { Tell } from "../tell.ts"
import {
  type Any,
  FailureClass,
  type Frame,
  generating,
  isKnown,
  type OnFailure,
  type OnSuccessAndFailure,
  type Operation,
  OperationClass,
  type Steps,
  SuccessClass,
  trusted
} from "./layout.ts"

/** So many steps of one message are taken here; a fiber lets others have their turn in between. */
const maxSteps = 128

/** The frames, innermost first. */
interface Stack {
  readonly frame: Frame
  readonly below: Stack | undefined
}

/** `Exit.isExit`, in a fraction of its time, of what `runSynchronous` gives back. */
export const hasEnded = (effect: Any): effect is Exit.Exit<unknown, unknown> =>
  trusted ? effect.constructor === SuccessClass || effect.constructor === FailureClass : Exit.isExit(effect)

/** Whether this is one of Effect's own operations; what is not may still be an Effect. */
export const isOperation = (value: unknown): value is Any =>
  trusted && typeof value === "object" && value !== null && value.constructor === OperationClass

/**
 * The outcome of an Effect that needs no fiber, or what is left to run of one that does. What has no known form is given back
 * as it is.
 */
export const runSynchronous = (effect: Any): Any => {
  if (!trusted) return effect
  let stack: Stack | undefined
  let current = effect
  for (let left = maxSteps; left > 0; left--) {
    try {
      if (!isKnown(current)) {
        // A tell asks for its fiber itself, by an Effect, where it needs one.
        if (!(current instanceof Tell)) break
        current = current.commit()
        continue
      }
      const step: Operation = current
      let value: unknown
      switch (step._op) {
        case "Success":
          value = step.effect_instruction_i0
          break
        case "Sync":
          value = step.effect_instruction_i0()
          break
        case "Commit":
          current = step.commit()
          continue
        case "OnSuccess":
        case "OnFailure":
        case "OnSuccessAndFailure":
          stack = { frame: step, below: stack }
          current = step.effect_instruction_i0
          continue
        case "Iterator":
          stack = { frame: step, below: stack }
          break
        case "Failure": {
          // Generators are left as they stand, as Effect leaves them.
          while (stack !== undefined && (stack.frame._op === "OnSuccess" || stack.frame._op === "Iterator")) {
            stack = stack.below
          }
          if (stack === undefined) return current
          const frame = stack.frame as OnFailure | OnSuccessAndFailure
          stack = stack.below
          current = frame.effect_instruction_i1(step.effect_instruction_i0)
          continue
        }
        default:
          return handedOver(current, stack)
      }
      // The value goes to who waits for it.
      for (;;) {
        if (stack === undefined) return Exit.succeed(value)
        const frame: Frame = stack.frame
        if (frame._op === "Iterator") {
          const next = frame.effect_instruction_i0.next(value as never)
          if (next.done !== true) {
            current = yieldWrapGet(next.value)
            break
          }
          value = next.value
          stack = stack.below
          continue
        }
        stack = stack.below
        if (frame._op === "OnFailure") continue
        current = frame._op === "OnSuccess" ? frame.effect_instruction_i1(value) : frame.effect_instruction_i2(value)
        break
      }
    } catch (thrown) {
      current = Exit.failCause(causeOf(thrown))
    }
  }
  return handedOver(current, stack)
}

/** What a step that throws fails with, in a fiber as well. */
const causeOf = (thrown: unknown): Cause.Cause<never> =>
  Cause.isInterruptedException(thrown)
    ? Cause.sequential(Cause.die(thrown), Cause.interrupt(FiberId.none))
    : Cause.die(thrown)

/** The step that is left for a fiber, and what waits for its outcome; always an Effect, which a step of a faulty one need not be. */
const handedOver = (step: Any, stack: Stack | undefined): Any => {
  let rest: Any = Effect.isEffect(step as unknown) ? step : Effect.suspend(() => step)
  for (let at = stack; at !== undefined; at = at.below) rest = before(at.frame, rest)
  return rest
}

const before = (frame: Frame, step: Any): Any => {
  switch (frame._op) {
    case "OnSuccess":
      return Effect.flatMap(step, frame.effect_instruction_i1)
    case "OnFailure":
      return Effect.catchAllCause(step, frame.effect_instruction_i1)
    case "OnSuccessAndFailure":
      return Effect.matchCauseEffect(step, {
        onFailure: frame.effect_instruction_i1,
        onSuccess: frame.effect_instruction_i2
      })
    case "Iterator":
      return generating(new Continued(step, frame.effect_instruction_i0))
  }
}

/** A generator under way, from a step on that it has yielded already. */
class Continued implements Steps {
  private begun = false
  constructor(
    private readonly step: Any,
    private readonly steps: Steps
  ) {}
  next(value?: unknown): IteratorResult<YieldWrap<Any>, unknown> {
    if (this.begun) return this.steps.next(value as never)
    this.begun = true
    return { done: false, value: new YieldWrap(this.step) }
  }
}
