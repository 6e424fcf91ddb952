/**
 * A generated project's own tests mean something: seeded mistakes in its sources each make them fail.
 *
 * The requirements say where a mistake can be made (which entity, which field), the seed (`SEED`, else 1) says where it is
 * made this time.
 */
import { join } from "node:path"
import { assert, layer } from "@effect/vitest"
import { Duration, Effect, Queue } from "effect"
import * as fc from "fast-check"
import * as Project from "../../actors/fullstack/Project.ts"
import * as Requirements from "../../actors/fullstack/Requirements.ts"
import { seedOr } from "../seed.ts"
import * as AnyRequirements from "./arbitrary/Requirements.ts"
import { folder } from "./fixtures/folder.ts"
import { surroundings } from "./fixtures/makeProject.ts"
import { requirements } from "./fixtures/requirements.ts"
import { writeProject } from "./fixtures/writtenProject.ts"
import { backendMutations } from "./mutations/backendMutations.ts"
import { frontendMutations } from "./mutations/frontendMutations.ts"
import type { Mutation, Place } from "./mutations/Mutation.ts"
import { Sources } from "./mutations/Sources.ts"
import { copyPart, finds, runTests, tryTests } from "./mutations/trial.ts"

const seed = seedOr(1)

/** Requirements drawn at random: with most features, and small enough that a mistake is found within seconds. */
const drawn = (most: number): ReadonlyArray<readonly [name: string, value: unknown]> => {
  const found: Array<readonly [string, unknown]> = []
  for (let at = seed * 1_000; found.length < most; at++) {
    const value = AnyRequirements.sample(at)
    const { entities, features } = value as { readonly entities: object; readonly features?: ReadonlyArray<string> }
    const count = Object.keys(entities).length
    if (count > 1 && count < 6 && (features ?? []).length > 2) found.push([`the requirements of seed ${at}`, value])
  }
  return found
}

interface Mutant {
  readonly mutation: string
  readonly place: Place
}

const mutationsOf = { backend: backendMutations, frontend: frontendMutations }

/** One place of each mutation that the project has a place for. */
const chosen = (project: Project.Project, mutations: ReadonlyArray<Mutation>): ReadonlyArray<Mutant> =>
  mutations.flatMap((mutation, index) => {
    const places = mutation.places(project)
    assert.strictEqual(places.length > 0, possible(project, mutation.name), `there are places for "${mutation.name}"`)
    return places.length === 0
      ? []
      : fc
          .sample(fc.constantFrom(...places), { seed: seed * 1_000 + index, numRuns: 1 })
          .map((place) => ({ mutation: mutation.name, place }))
  })

/** Makes each mutation in a copy of the part, two at a time, and returns those that the tests do not find. */
const survivors = (root: string, part: "backend" | "frontend", mutants: ReadonlyArray<Mutant>) =>
  Effect.gen(function* () {
    const unchanged = yield* runTests(join(root, part))
    assert.deepStrictEqual(unchanged.failed, [], unchanged.output)
    assert.isAbove(unchanged.passed, 0, unchanged.output)

    const copies = yield* Queue.unbounded<string>()
    for (const n of [1, 2]) yield* Queue.offer(copies, yield* copyPart(join(root, part), join(root, `${part}-${n}`)))
    const trials = yield* Effect.forEach(
      mutants,
      ({ mutation, place }) =>
        Effect.gen(function* () {
          const copy = yield* Queue.take(copies)
          const sources = new Sources(join(copy, "src"))
          place.edit(sources)
          // The tests of the entity first: they are the fewest. A mistake that fails all of them must leave others whole.
          const own = place.entity && (yield* tryTests(copy, [`entities/${place.entity.name.kebab}.test`]))
          const outcome = own !== undefined && finds(own) ? own : yield* tryTests(copy)
          sources.restore()
          yield* Queue.offer(copies, copy)
          if (finds(outcome)) return []
          const seen = `${outcome.failed.length} tests failed, ${outcome.passed} passed`
          return [`${mutation}: ${place.label}: ${seen}\n${outcome.output.slice(-2_000)}`]
        }),
      { concurrency: 2 }
    )
    return trials.flat()
  })

layer(surroundings, { timeout: Duration.minutes(1), excludeTestServices: true })("the tests of a project", (it) => {
  const findEveryMistake = (value: unknown, parts: ReadonlyArray<"backend" | "frontend">) =>
    Effect.gen(function* () {
      const root = yield* folder
      const project = Project.fromInput(yield* Requirements.parse(value))
      yield* writeProject(value, root)
      const unfound: Array<string> = []
      for (const part of parts) unfound.push(...(yield* survivors(root, part, chosen(project, mutationsOf[part]))))
      assert.deepStrictEqual(unfound, [])
    })

  for (const name of ["everything", "unicode", "scales"]) {
    it.scoped(
      `find every mistake in ${name}`,
      () => Effect.flatMap(requirements(name), ({ value }) => findEveryMistake(value, ["backend", "frontend"])),
      600_000
    )
  }
  for (const [name, value] of drawn(2)) {
    it.scoped(`find every mistake in ${name}`, () => findEveryMistake(value, ["backend"]), 600_000)
  }
})

const possible = (project: Project.Project, mutation: string): boolean => {
  switch (mutation) {
    case "unescaped CSV":
      return project.features.has("csv-export")
    case "open route":
      return project.features.has("user-authentication")
    case "no foreign key":
      return project.entities.some((entity) => entity.fields.some((field) => field.type === "reference"))
    default:
      return true
  }
}
