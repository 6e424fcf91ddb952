/**
 * Any requirements give a project whose documents are valid, whose types are right, that builds and passes its own tests.
 *
 * `SEED=17 npm run test:generated -- seeds` makes the project of one seed. With `SHRINK=1` beside it, the step that failed
 * is taken again and again for smaller requirements, until none that are smaller fail; these are left in `out/seeds`.
 * `SEEDS=300 SEED=1000` makes as many from there on: `npm run soak` does, with a new seed each time. See `test/seed.ts`.
 */
import { describe, layer } from "@effect/vitest"
import { Duration, Effect } from "effect"
import { seedOr } from "../seed.ts"
import { sample } from "./arbitrary/Requirements.ts"
import { surroundings } from "./fixtures/makeProject.ts"
import { type Failure, firstFailure } from "./fixtures/seedSteps.ts"
import { shrunk } from "./fixtures/shrunk.ts"

const from = seedOr(1)
const count = Number(process.env.SEEDS ?? (process.env.SEED === undefined ? 30 : 1))
const seeds = Array.from({ length: count }, (_, index) => from + index)

/** How long is looked for smaller requirements: each try takes as long as the step does. */
const minutes = 30

/** Fails with the step, the way back to it and its output. */
const failed = ({ message, step }: Failure, ...hints: ReadonlyArray<string>) =>
  new Error(`${[`The project of these requirements fails at: ${step}.`, ...hints].join("\n")}\n\n${message}`)

layer(surroundings, { timeout: Duration.minutes(1), excludeTestServices: true })(
  "the project of any requirements",
  (it) => {
    const holds = () => {
      for (const seed of seeds) {
        it.scoped(`seed ${seed}`, () =>
          Effect.gen(function* () {
            const failure = yield* firstFailure(sample(seed))
            if (failure === undefined) return
            return yield* Effect.fail(
              failed(
                failure,
                `Again:        SEED=${seed} npm run test:generated -- seeds`,
                `Smaller ones: SHRINK=1 SEED=${seed} npm run test:generated -- seeds`
              )
            )
          })
        )
      }
    }

    const shrinks = () => {
      it.effect(
        `seed ${from}`,
        () =>
          Effect.gen(function* () {
            // In a scope that ends well: none of the many folders is kept.
            const apart = (value: unknown, step?: string) => Effect.scoped(firstFailure(value, step))
            const failure = yield* apart(sample(from))
            if (failure === undefined) {
              process.stderr.write(`The project of seed ${from} holds: there is nothing to shrink.\n`)
              return
            }
            const { complete, file, tries, ...smallest } = yield* shrunk(from, failure, apart, { minutes })
            return yield* Effect.fail(
              failed(
                smallest,
                `${file} has the smallest that were found in ${tries} tries${complete ? "" : `, when ${minutes} minutes were over`}.`,
                `Their project: npm run build && node dist/main.js run ${file} --out ${file.replace(".yaml", "")}`,
                `Mended?        SEED=${from} npm run test:generated -- seeds`
              )
            )
          }),
        Duration.toMillis(Duration.minutes(minutes + 15))
      )
    }

    if (process.env.SHRINK === undefined) describe.concurrent("holds", holds)
    else describe("shrinks", shrinks)
  }
)
