/**
 * What a fiber has: its FiberRefs and flags, read and set without an Effect where that is possible.
 */
import { Cause, Effect, type Fiber, FiberId, FiberRef, FiberRefs, RuntimeFlags } from "effect"
import { type FiberLayout, type FiberRefLayout, trusted } from "./layout.ts"

type AnyFiber = Fiber.RuntimeFiber<unknown, unknown>

/**
 * The FiberRefs of a running fiber, the same object as long as none is set. Effect's own `getFiberRefs` notes the runtime
 * flags first, which copies all of them at each call: it made a tell four times as dear.
 */
export const refsOf = (fiber: AnyFiber): FiberRefs.FiberRefs =>
  trusted ? (fiber as unknown as FiberLayout)._fiberRefs : fiber.getFiberRefs()

/** Sets the FiberRefs of the running fiber, now. What comes back must run before anything that needs them. */
export const setRefs = (fiber: AnyFiber, refs: FiberRefs.FiberRefs): Effect.Effect<void> | undefined => {
  if (!trusted) return replaceRefs(refs)
  const settable = fiber as unknown as FiberLayout
  settable.setFiberRefs(refs)
  return undefined
}

/** The same as an Effect, by the public API. */
export const replaceRefs = (refs: FiberRefs.FiberRefs): Effect.Effect<void> =>
  Effect.updateFiberRefs((_, now) => (isInterrupted(now) ? now : refs))

/** A fiber that is being interrupted knows it by a FiberRef, which must not be replaced. */
const isInterrupted = (refs: FiberRefs.FiberRefs): boolean =>
  !Cause.isEmpty(FiberRefs.getOrDefault(refs, FiberRef.interruptedCause))

/** Whether a running fiber may be interrupted where it is. */
export const isInterruptible = (fiber: AnyFiber): boolean =>
  RuntimeFlags.interruptible(
    trusted
      ? (fiber as unknown as FiberLayout).currentRuntimeFlags
      : FiberRefs.getOrDefault(fiber.getFiberRefs(), FiberRef.currentRuntimeFlags)
  )

/** The value that a forked fiber gets: some are of one fiber alone, such as where its own forks belong. */
export const forkedValue = (
  refs: FiberRefs.FiberRefs,
  fiberRef: FiberRef.FiberRef<unknown>,
  value: unknown
): unknown => {
  if (!trusted) return FiberRefs.getOrDefault(FiberRefs.forkAs(refs, FiberId.none), fiberRef)
  const { fork, patch } = fiberRef as unknown as FiberRefLayout
  return patch(fork)(value)
}

/**
 * What a scheduler's `shouldYield` gives for a fiber to yield with the priority that it has. A number would become the
 * priority of the yield by operations that count in turn; anything but `false` yields.
 */
export const yieldUnchanged = undefined as unknown as number
