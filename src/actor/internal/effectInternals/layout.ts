/**
 * What Troupe knows of Effect 3 that its published types leave out, and whether the Effect that is loaded agrees.
 *
 * This folder is the only place that reads or calls such things. They make messages cheap; each has a slower way by the
 * public API. The check below compares what is written here with real values of Effect's, once, when this module is loaded.
 * Where anything differs, as it may in another version, all of Troupe goes by the public API, and each system logs a warning.
 *
 * `TROUPE_EFFECT_INTERNALS=off` in the environment switches to the public API as well. It must be set before Troupe is loaded.
 */
import { Cause, Effect, Exit, FiberRef, FiberRefs, RuntimeFlags, Scope } from "effect"
import type { YieldWrap } from "effect/Utils"

export type Any = Effect.Effect<unknown, unknown>
export type Steps = Iterator<YieldWrap<Any>, unknown>

export interface Success {
  readonly _op: "Success"
  readonly effect_instruction_i0: unknown
}
export interface Failure {
  readonly _op: "Failure"
  readonly effect_instruction_i0: Cause.Cause<unknown>
}
export interface Sync {
  readonly _op: "Sync"
  readonly effect_instruction_i0: () => unknown
}
/** `Effect.suspend`, and the beginning of a generator. */
export interface Commit {
  readonly _op: "Commit"
  readonly commit: () => Any
}
export interface OnSuccess {
  readonly _op: "OnSuccess"
  readonly effect_instruction_i0: Any
  readonly effect_instruction_i1: (value: unknown) => Any
}
export interface OnFailure {
  readonly _op: "OnFailure"
  readonly effect_instruction_i0: Any
  readonly effect_instruction_i1: (cause: Cause.Cause<unknown>) => Any
}
export interface OnSuccessAndFailure {
  readonly _op: "OnSuccessAndFailure"
  readonly effect_instruction_i0: Any
  readonly effect_instruction_i1: (cause: Cause.Cause<unknown>) => Any
  readonly effect_instruction_i2: (value: unknown) => Any
}
export interface Generating {
  readonly _op: "Iterator"
  readonly effect_instruction_i0: Steps
}
/** What waits for the outcome of a step. */
export type Frame = OnSuccess | OnFailure | OnSuccessAndFailure | Generating
export type Operation = Success | Failure | Sync | Commit | Frame

/** Of a fiber. */
export interface FiberLayout {
  readonly _fiberRefs: FiberRefs.FiberRefs
  readonly setFiberRefs: (refs: FiberRefs.FiberRefs) => void
  readonly currentRuntimeFlags: RuntimeFlags.RuntimeFlags
}

/** Of a FiberRef: what a forked fiber gets is `patch(fork)(value)`. */
export interface FiberRefLayout {
  readonly fork: unknown
  readonly patch: (patch: unknown) => (value: unknown) => unknown
}

/** Of a scope: what Effect's own functions read of it. */
export interface ScopeLayout {
  readonly state: { readonly _tag: "Open"; readonly finalizers: Map<unknown, unknown> } | { readonly _tag: "Closed" }
}

// Only what Effect's own constructors made is known. Whatever else calls itself an Effect, such as an unsent ask, may look
// at the fiber that runs it.
export const OperationClass = Effect.sync(() => undefined).constructor
export const SuccessClass = Exit.void.constructor
export const FailureClass = Exit.failCause(Cause.empty).constructor

export const isKnown = (effect: unknown): effect is Operation => {
  if (typeof effect !== "object" || effect === null) return false
  const { constructor } = effect
  return constructor === OperationClass || constructor === SuccessClass || constructor === FailureClass
}

/** `Effect.gen` calls `next` alone; its type asks for all of a generator. */
export const generating = (steps: Steps): Any => Effect.gen(() => steps as Generator<YieldWrap<Any>, unknown, never>)

/** The part of Effect that the check makes its values with; tests give another one. */
export interface Library {
  readonly sync: typeof Effect.sync
  readonly suspend: typeof Effect.suspend
  readonly flatMap: typeof Effect.flatMap
  readonly catchAllCause: typeof Effect.catchAllCause
  readonly matchCauseEffect: typeof Effect.matchCauseEffect
  readonly withFiberRuntime: typeof Effect.withFiberRuntime
  readonly makeScope: typeof Scope.make
}

/** The Effect that is loaded. */
export const loaded: Library = {
  sync: Effect.sync,
  suspend: Effect.suspend,
  flatMap: Effect.flatMap,
  catchAllCause: Effect.catchAllCause,
  matchCauseEffect: Effect.matchCauseEffect,
  withFiberRuntime: Effect.withFiberRuntime,
  makeScope: Scope.make
}

/** What first differs from the layout above; `undefined` if nothing does. Whatever throws differs. */
export const mismatchIn = (library: Library): string | undefined => {
  for (const [what, agrees] of checks) {
    try {
      if (!agrees(library)) return what
    } catch {
      return what
    }
  }
  return undefined
}

const looksLike = (value: unknown, expected: Readonly<Record<string, unknown>>): boolean =>
  isKnown(value) &&
  Object.entries(expected).every(([key, part]) => (value as unknown as Record<string, unknown>)[key] === part)

const step = () => Effect.void
const onSuccess = (): Any => Effect.void
const i0 = Effect.void

const checks: ReadonlyArray<readonly [what: string, agrees: (library: Library) => boolean]> = [
  [
    "an Exit",
    () =>
      looksLike(Exit.succeed(1), { _op: "Success", effect_instruction_i0: 1 }) &&
      looksLike(Exit.failCause(Cause.empty), { _op: "Failure", effect_instruction_i0: Cause.empty })
  ],
  ["Effect.sync", ({ sync }) => looksLike(sync(step), { _op: "Sync", effect_instruction_i0: step })],
  ["Effect.suspend", ({ suspend }) => looksLike(suspend(step), { _op: "Commit", commit: step })],
  [
    "Effect.flatMap",
    ({ flatMap }) =>
      looksLike(flatMap(i0, step), { _op: "OnSuccess", effect_instruction_i0: i0, effect_instruction_i1: step })
  ],
  [
    "Effect.catchAllCause",
    ({ catchAllCause }) =>
      looksLike(catchAllCause(i0, step), { _op: "OnFailure", effect_instruction_i0: i0, effect_instruction_i1: step })
  ],
  [
    "Effect.matchCauseEffect",
    ({ matchCauseEffect }) =>
      looksLike(matchCauseEffect(i0, { onFailure: step, onSuccess }), {
        _op: "OnSuccessAndFailure",
        effect_instruction_i0: i0,
        effect_instruction_i1: step,
        effect_instruction_i2: onSuccess
      })
  ],
  [
    "Effect.gen",
    () => {
      const iterator: Steps = { next: () => ({ done: true, value: undefined }) }
      const generator: unknown = generating(iterator)
      return (
        looksLike(generator, { _op: "Commit" }) &&
        looksLike((generator as Commit).commit(), { _op: "Iterator", effect_instruction_i0: iterator })
      )
    }
  ],
  [
    "a fiber",
    ({ withFiberRuntime }) =>
      Effect.runSync(
        withFiberRuntime<boolean>((fiber) => {
          const { _fiberRefs, currentRuntimeFlags } = fiber as unknown as FiberLayout
          const flags = FiberRefs.getOrDefault(fiber.getFiberRefs(), FiberRef.currentRuntimeFlags)
          const probe = FiberRef.unsafeMake("unset")
          const set = FiberRefs.updateAs(_fiberRefs, { fiberId: fiber.id(), fiberRef: probe, value: "set" })
          const asFound = fiber.getFiberRefs()
          const settable = fiber as unknown as FiberLayout
          settable.setFiberRefs(set)
          const took = fiber.getFiberRef(probe) === "set" && settable._fiberRefs === set
          settable.setFiberRefs(asFound)
          return Exit.succeed(
            took && currentRuntimeFlags === flags && RuntimeFlags.interruptible(currentRuntimeFlags) === true
          )
        })
      )
  ],
  [
    "a FiberRef",
    () => {
      const { fork, patch } = FiberRef.unsafeMake(1, { fork: (n) => n + 1 }) as unknown as FiberRefLayout
      return patch(fork)(1) === 2
    }
  ],
  [
    "a scope",
    ({ makeScope }) => {
      const scope = Effect.runSync(makeScope()) as Scope.CloseableScope & ScopeLayout
      const { state } = scope
      if (state._tag !== "Open" || !(state.finalizers instanceof Map)) return false
      Effect.runSync(Scope.close(scope, Exit.void))
      return scope.state._tag === "Closed"
    }
  ]
]

const { process } = globalThis as { readonly process?: { readonly env: Readonly<Record<string, string | undefined>> } }
const isSwitchedOff = process?.env.TROUPE_EFFECT_INTERNALS === "off"

/** What differs in the Effect that is loaded; `undefined` if nothing does, or nobody looked. */
export const mismatch: string | undefined = isSwitchedOff ? undefined : mismatchIn(loaded)

/** Whether the fast ways are taken. */
export const trusted: boolean = !isSwitchedOff && mismatch === undefined
