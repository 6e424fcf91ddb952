/**
 * Follows every acceptance criterion to the tests that name it, and to how qa-engineer saw them end.
 *
 * A developer's promise is no result: a test that qa-engineer did not see stays not verified, and a criterion that a
 * developer should have checked without naming it in any test is shown as such.
 *
 * @since 0.1.0
 */
import { type Criterion, type Quality, type Sources, type Story, Traceability } from "../../Results.ts"

type Row = Traceability["rows"][number]

/** What the trace is made of. `sources` by the name of the developer. */
export interface Evidence {
  readonly stories: ReadonlyArray<Story>
  readonly sources: Readonly<Record<Criterion["checkedBy"][number], Sources>>
  readonly quality: Quality
}

/** Stands in place of a test where there is none. */
export const none = (developer: string): string => `none by ${developer}`

/**
 * The rows, in the order of stories, criteria, developers and tests, and what is open.
 *
 * @category constructors
 */
export const trace = (evidence: Evidence): Traceability => {
  const byCriterion = index(evidence)
  const rows = evidence.stories.flatMap(({ criteria }) =>
    criteria.flatMap((criterion) =>
      criterion.checkedBy.flatMap((developer): ReadonlyArray<Row> => {
        const { folder } = evidence.sources[developer]
        const tests = byCriterion.get(criterion.id)?.filter(({ file }) => file.startsWith(`${folder}/`)) ?? []
        return tests.length === 0
          ? [{ criterion: criterion.id, test: none(developer), result: "noTest" }]
          : tests.map(({ file, status, title }) => ({
              criterion: criterion.id,
              test: `${file}: ${title}`,
              result: status
            }))
      })
    )
  )
  return new Traceability({ rows, open: open(rows, evidence.quality) })
}

interface Seen {
  readonly file: string
  readonly title: string
  readonly status: "passed" | "failed" | "notVerified"
}

/** The tests of each criterion: those that were seen, then those that a developer promised and nobody saw. */
const index = ({ quality, sources }: Evidence): ReadonlyMap<string, ReadonlyArray<Seen>> => {
  const found = new Map<string, Array<Seen>>()
  const add = (criteria: ReadonlyArray<string>, test: Seen) => {
    for (const id of criteria) found.set(id, [...(found.get(id) ?? []), test])
  }
  for (const test of quality.tests) add(test.criteria, test)
  for (const { folder, tests } of Object.values(sources)) {
    for (const promised of tests) {
      const unseen = promised.criteria.filter((id) => !found.get(id)?.some((test) => promised.isSeenAs(folder, test)))
      add(unseen, { file: promised.pathIn(folder), title: promised.title, status: "notVerified" })
    }
  }
  return found
}

/** One line for everything that is not as it should be: checks first, then tests, then criteria without one. */
const open = (rows: ReadonlyArray<Row>, quality: Quality): ReadonlyArray<string> => [
  ...quality.checks.filter(({ status }) => status !== "passed").map(({ name, status }) => `${name}: ${words[status]}`),
  ...unique(
    rows
      .filter(({ result }) => result === "failed" || result === "notVerified")
      .map(({ result, test }) => `${test}: ${words[result]}`)
  ),
  // A failed test that names no criterion fails the whole all the same.
  ...quality.tests
    .filter(({ criteria, status }) => status === "failed" && criteria.length === 0)
    .map(({ file, title }) => `${file}: ${title}: ${words.failed}`),
  ...rows.filter(({ result }) => result === "noTest").map(({ criterion, test }) => `${criterion}: no test (${test})`)
]

/** How a result reads. */
export const words: Readonly<Record<Row["result"], string>> = {
  passed: "passed",
  failed: "failed",
  notVerified: "not verified",
  noTest: "no test"
}

const unique = (lines: ReadonlyArray<string>) => [...new Set(lines)]
