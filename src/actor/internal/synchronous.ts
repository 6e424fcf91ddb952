/**
 * Runs an Effect without a fiber, as far as it is synchronous.
 *
 * Most handlers that are Effects only compute: a generator over a few `Ref`s, a `map`, a tell. Waking a fiber for that costs
 * several times as much as what it does. So their steps are taken here, as Effect's own run loop takes them, up to the first
 * that needs a fiber: one that waits, forks, looks at its fiber or asks another actor. That one and all that follow are given
 * back as an Effect, for the fiber of the actor to go on with. The outcome is the same either way, and so is the order of
 * what is done; a property test compares the two.
 *
 * Knows how Effect 3 represents eight of its operations, which its published types leave out. What looks different, as it may
 * in another version, is left to the fiber, like every operation that is not known here.
 */
import { Cause, Effect, Exit, FiberId } from "effect"
import { YieldWrap, yieldWrapGet } from "effect/Utils"
import { Tell } from "./tell.ts"

/** So many steps of one message are taken here; a fiber lets others have their turn in between. */
const maxSteps = 128

type Any = Effect.Effect<unknown, unknown>
type Steps = Iterator<YieldWrap<Any>, unknown>

interface Success {
  readonly _op: "Success"
  readonly effect_instruction_i0: unknown
}
interface Failure {
  readonly _op: "Failure"
  readonly effect_instruction_i0: Cause.Cause<unknown>
}
interface Sync {
  readonly _op: "Sync"
  readonly effect_instruction_i0: () => unknown
}
/** `Effect.suspend`, and the beginning of a generator. */
interface Commit {
  readonly _op: "Commit"
  readonly commit: () => Any
}
interface OnSuccess {
  readonly _op: "OnSuccess"
  readonly effect_instruction_i0: Any
  readonly effect_instruction_i1: (value: unknown) => Any
}
interface OnFailure {
  readonly _op: "OnFailure"
  readonly effect_instruction_i0: Any
  readonly effect_instruction_i1: (cause: Cause.Cause<unknown>) => Any
}
interface OnSuccessAndFailure {
  readonly _op: "OnSuccessAndFailure"
  readonly effect_instruction_i0: Any
  readonly effect_instruction_i1: (cause: Cause.Cause<unknown>) => Any
  readonly effect_instruction_i2: (value: unknown) => Any
}
interface Generating {
  readonly _op: "Iterator"
  readonly effect_instruction_i0: Steps
}
/** What waits for the outcome of a step. */
type Frame = OnSuccess | OnFailure | OnSuccessAndFailure | Generating
type Operation = Success | Failure | Sync | Commit | Frame

/** The frames, innermost first. */
interface Stack {
  readonly frame: Frame
  readonly below: Stack | undefined
}

// Only what Effect's own constructors made is known. Whatever else calls itself an Effect, such as an ask that was not
// sent, may ask which fiber runs it.
const OperationClass = Effect.sync(() => undefined).constructor
const SuccessClass = Exit.void.constructor
const FailureClass = Exit.failCause(Cause.empty).constructor

const isKnown = (effect: unknown): effect is Operation => {
  if (typeof effect !== "object" || effect === null) return false
  const { constructor } = effect
  return constructor === OperationClass || constructor === SuccessClass || constructor === FailureClass
}

/** `Exit.isExit`, in a fraction of its time, of what `runSynchronous` gives back. */
export const hasEnded = (effect: Any): effect is Exit.Exit<unknown, unknown> =>
  effect.constructor === SuccessClass || effect.constructor === FailureClass

/** Whether this is one of Effect's own operations; what is not may still be an Effect. */
export const isOperation = (value: unknown): value is Any =>
  typeof value === "object" && value !== null && value.constructor === OperationClass

/** Whether Effect represents its operations as it is written above. */
const isAsExpected = (): boolean => {
  const f = () => Effect.void
  const iterator: Steps = { next: () => ({ done: true, value: undefined }) }
  const looks = (effect: unknown, expected: Readonly<Record<string, unknown>>): boolean =>
    isKnown(effect) &&
    Object.entries(expected).every(([key, value]) => (effect as unknown as Record<string, unknown>)[key] === value)
  const i0 = Effect.void
  const generator: unknown = generating(iterator)
  return (
    looks(Exit.succeed(1), { _op: "Success", effect_instruction_i0: 1 }) &&
    looks(Exit.failCause(Cause.empty), { _op: "Failure", effect_instruction_i0: Cause.empty }) &&
    looks(Effect.sync(f), { _op: "Sync", effect_instruction_i0: f }) &&
    looks(Effect.suspend(f), { _op: "Commit", commit: f }) &&
    looks(Effect.flatMap(i0, f), { _op: "OnSuccess", effect_instruction_i0: i0, effect_instruction_i1: f }) &&
    looks(Effect.catchAllCause(i0, f), { _op: "OnFailure", effect_instruction_i0: i0, effect_instruction_i1: f }) &&
    looks(Effect.matchCauseEffect(i0, { onFailure: f, onSuccess: isAsExpected as () => never }), {
      _op: "OnSuccessAndFailure",
      effect_instruction_i0: i0,
      effect_instruction_i1: f,
      effect_instruction_i2: isAsExpected
    }) &&
    looks(generator, { _op: "Commit" }) &&
    looks((generator as Commit).commit(), { _op: "Iterator", effect_instruction_i0: iterator })
  )
}

/**
 * The outcome of an Effect that needs no fiber, or what is left to run of one that does. What has no known form is given back
 * as it is.
 */
export const runSynchronous = (effect: Any): Any => {
  if (!understood) return effect
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

/** `Effect.gen` calls `next` alone; its type asks for all of a generator. */
const generating = (steps: Steps): Any => Effect.gen(() => steps as Generator<YieldWrap<Any>, unknown, never>)

const understood = isAsExpected()
