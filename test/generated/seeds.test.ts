/**
 * Any requirements give a project whose documents are valid, whose types are right, that builds and passes its own tests.
 *
 * `SEED=17 npm run test:generated -- seeds` runs the project of one seed. With `SHRINK=1` beside it, the step that failed
 * is run again and again on smaller requirements, until none that are smaller fail; these are printed.
 * `SEEDS=300 SEED=1000` runs as many from there on: `npm run soak` does, with a seed of the day. See `fixtures/seed.ts`.
 */
import { describe, layer } from "@effect/vitest"
import { Cause, Duration, Effect, Exit } from "effect"
import * as fc from "fast-check"
import { requirements, sample } from "./arbitrary/Requirements.ts"
import { folder } from "./fixtures/folder.ts"
import { surroundings } from "./fixtures/makeProject.ts"
import { seedOr } from "./fixtures/seed.ts"
import { type Step, steps } from "./fixtures/seedSteps.ts"
import { writeProject } from "./fixtures/writtenProject.ts"

const from = seedOr(1)
const count = Number(process.env.SEEDS ?? (process.env.SEED === undefined ? 30 : 1))
const seeds = Array.from({ length: count }, (_, index) => from + index)

/** Fails with the step, its output and the way back to it. */
const failed = (seed: number, step: string, error: { readonly message: string }) =>
  new Error(
    `Seed ${seed}, ${step}.\n` +
      `Again:  SEED=${seed} npm run test:generated -- seeds\n` +
      `Shrink: SHRINK=1 SEED=${seed} npm run test:generated -- seeds\n${error.message}`
  )

/** The first step that the written project fails. */
const firstFailure = (root: string) =>
  Effect.gen(function* () {
    for (const step of steps) {
      const exit = yield* Effect.exit(step.run(root))
      if (Exit.isFailure(exit)) return { step, error: new Error(Cause.pretty(exit.cause)) }
    }
    return undefined
  })

layer(surroundings, { timeout: Duration.minutes(1), excludeTestServices: true })(
  "the project of any requirements",
  (it) => {
    const holds = () => {
      for (const seed of seeds) {
        it.scoped(`seed ${seed}`, () =>
          Effect.gen(function* () {
            const root = yield* folder
            yield* writeProject(sample(seed), root).pipe(Effect.mapError((error) => failed(seed, "writing it", error)))
            const failure = yield* firstFailure(root)
            if (failure !== undefined) return yield* Effect.fail(failed(seed, failure.step.name, failure.error))
          })
        )
      }
    }

    const shrinks = () => {
      it.effect(
        `seed ${from}`,
        () =>
          Effect.gen(function* () {
            // The outcome leaves the scope as a value: none of the many folders is kept.
            const passes = (value: unknown, step: Step) =>
              Effect.flatten(
                Effect.scoped(
                  Effect.gen(function* () {
                    const root = yield* folder
                    yield* writeProject(value, root)
                    return yield* Effect.exit(step.run(root))
                  })
                )
              )
            const failure = yield* Effect.scoped(
              Effect.gen(function* () {
                const root = yield* folder
                yield* writeProject(sample(from), root)
                return yield* firstFailure(root)
              })
            )
            if (failure === undefined) return
            const runtime = yield* Effect.runtime<Effect.Effect.Context<ReturnType<typeof passes>>>()
            yield* Effect.promise(() =>
              fc.assert(
                fc.asyncProperty(requirements, (value) =>
                  Effect.runPromise(Effect.provide(passes(value, failure.step), runtime))
                ),
                { seed: from, numRuns: 1 }
              )
            )
          }),
        Duration.toMillis("1 hour")
      )
    }

    if (process.env.SHRINK === undefined) describe.concurrent("holds", holds)
    else describe("shrinks", shrinks)
  }
)
