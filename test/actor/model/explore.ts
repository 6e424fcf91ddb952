/**
 * Runs a program over drawn input under drawn interleavings, each run in a system of its own and in virtual time.
 *
 * fast-check shrinks the input and prints it with the interleaving's seed. The same models run for seconds in `npm test`
 * and for minutes in `npm run soak`.
 */
import { Effect, Logger, type Scope } from "effect"
import fc from "fast-check"
import * as ActorTest from "../../../src/actor/ActorTest.ts"
import type { FaultPlan } from "../../../src/actor/FaultPlan.ts"

export type Services = ActorTest.Services | Scope.Scope

export interface Exploration<Input> {
  readonly input: fc.Arbitrary<Input>
  readonly program: (input: Input) => Effect.Effect<void, unknown, Services>
  readonly system?: ActorTest.SeededOptions["system"]
  readonly faults?: (input: Input) => FaultPlan
}

/** How much, and from where: a property of `runs` runs; `seed` is fast-check's. */
export interface Effort {
  readonly runs: number
  readonly seed?: number | undefined
}

/** Not smaller when the number is: an interleaving has no size. */
const interleaving = fc.noShrink(fc.noBias(fc.nat()))

export const explore = <Input>(exploration: Exploration<Input>, { runs, seed }: Effort): Promise<void> =>
  fc.assert(
    fc.asyncProperty(exploration.input, interleaving, (input, seed) =>
      Effect.runPromise(
        ActorTest.seeded(exploration.program(input), {
          seed,
          maxTasks: 200_000,
          system: exploration.system,
          faults: exploration.faults?.(input)
        }).pipe(Effect.provide(Logger.remove(Logger.defaultLogger)))
      )
    ),
    { numRuns: runs, ...(seed === undefined ? {} : { seed }) }
  )

/** Everything that can run has run, until the next timer: virtual time passes only then. */
export const settled = Effect.sleep(1)
