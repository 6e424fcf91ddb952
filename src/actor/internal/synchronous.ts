/**
 * Runs an Effect without a fiber, as far as it is synchronous.
 *
 * Most handlers that are Effects only compute: a generator over a few `Ref`s, a `map`, a tell. Waking a fiber for that costs
 * several times as much as what it does. So their steps are taken here, as Effect's own run loop takes them, up to the first
 * that needs a fiber: one that waits, forks, looks at its fiber or asks another actor. That one and all that follow are given
 * back as an Effect, for the fiber of the actor to go on with. The outcome is the same either way, and so is the order of
 * what is done; a property test compares the two.
 *
 * Knows how Effect 3 represents seven of its operations, which its published types leave out. What looks different, as it may
 * in another version, is left to the fiber, like every operation that is not known here.
 */
import { Cause, Effect, Exit, FiberId } from "effect"
import { YieldWrap, yieldWrapGet } from "effect/Utils"

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

const prototypeOf = (effect: object): unknown => Object.getPrototypeOf(effect)

// Only what Effect's own constructors made is known. Whatever else calls itself an Effect, such as an ask that was not
// sent, may ask which fiber runs it.
const operation = prototypeOf(Effect.sync(() => undefined))
const success = prototypeOf(Exit.void)
const failure = prototypeOf(Exit.failCause(Cause.empty))

const isKnown = (effect: unknown): effect is Operation => {
  if (typeof effect !== "object" || effect === null) return false
  const prototype = prototypeOf(effect)
  return prototype === operation || prototype === success || prototype === failure
}

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
  const frames: Array<Frame> = []
  let current = effect
  for (let left = maxSteps; left > 0 && isKnown(current); left--) {
    try {
      switch (current._op) {
        case "Success":
          if (frames.length === 0) return current
          current = succeeded(frames, current.effect_instruction_i0)
          break
        case "Sync":
          current = succeeded(frames, current.effect_instruction_i0())
          break
        case "Commit":
          current = current.commit()
          break
        case "OnSuccess":
        case "OnFailure":
        case "OnSuccessAndFailure":
          frames.push(current)
          current = current.effect_instruction_i0
          break
        case "Iterator":
          frames.push(current)
          current = succeeded(frames, undefined)
          break
        case "Failure": {
          const frame = nextOnFailure(frames)
          if (frame === undefined) return current
          current = frame.effect_instruction_i1(current.effect_instruction_i0)
          break
        }
        default:
          return handedOver(current, frames)
      }
    } catch (thrown) {
      current = Exit.failCause(causeOf(thrown))
    }
  }
  return handedOver(current, frames)
}

/** What comes after a step that gave `value`. */
const succeeded = (frames: Array<Frame>, value: unknown): Any => {
  let given = value
  for (let frame = frames.pop(); frame !== undefined; frame = frames.pop()) {
    switch (frame._op) {
      case "OnSuccess":
        return frame.effect_instruction_i1(given)
      case "OnSuccessAndFailure":
        return frame.effect_instruction_i2(given)
      case "Iterator": {
        const { done, value: next } = frame.effect_instruction_i0.next(given as never)
        if (done !== true) {
          frames.push(frame)
          return yieldWrapGet(next as YieldWrap<Any>)
        }
        given = next
      }
    }
  }
  return Exit.succeed(given)
}

/** Who deals with a failure. Generators are left as they stand, as Effect leaves them. */
const nextOnFailure = (frames: Array<Frame>): OnFailure | OnSuccessAndFailure | undefined => {
  for (let frame = frames.pop(); frame !== undefined; frame = frames.pop()) {
    if (frame._op === "OnFailure" || frame._op === "OnSuccessAndFailure") return frame
  }
  return undefined
}

/** What a step that throws fails with, in a fiber as well. */
const causeOf = (thrown: unknown): Cause.Cause<never> =>
  Cause.isInterruptedException(thrown)
    ? Cause.sequential(Cause.die(thrown), Cause.interrupt(FiberId.none))
    : Cause.die(thrown)

/** The step that is left for a fiber, and what waits for its outcome. */
const handedOver = (step: Any, frames: Array<Frame>): Any => {
  let rest = step
  for (let frame = frames.pop(); frame !== undefined; frame = frames.pop()) rest = before(frame, rest)
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
