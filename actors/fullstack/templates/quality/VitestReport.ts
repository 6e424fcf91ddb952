/**
 * Reads the file of vitest's JSON reporter: which tests ran, how each ended, and the criteria its title names.
 *
 * The file is what counts. A test that it does not list did not run, whatever the sources promise.
 *
 * @since 0.1.0
 */
import { Effect, Schema } from "effect"
import { TestResult } from "../../Results.ts"

/** What vitest 4 writes, as far as it is used here. */
const Report = Schema.parseJson(
  Schema.Struct({
    testResults: Schema.Array(
      Schema.Struct({
        /** Absolute path of the test file. */
        name: Schema.String,
        status: Schema.String,
        message: Schema.optional(Schema.String),
        assertionResults: Schema.Array(
          Schema.Struct({
            ancestorTitles: Schema.Array(Schema.String),
            title: Schema.String,
            status: Schema.String,
            failureMessages: Schema.optional(Schema.NullOr(Schema.Array(Schema.String)))
          })
        )
      })
    )
  })
)

export interface Seen {
  /** In a fixed order. */
  readonly tests: ReadonlyArray<TestResult>
  /** One line for each test that failed and each file that could not be loaded. */
  readonly failures: ReadonlyArray<string>
}

/**
 * Reads the report. `root` is the output folder, below which the paths of test files are given. Fails with a sentence if
 * the text is not such a report.
 *
 * @category constructors
 */
export const read = (text: string, root: string): Effect.Effect<Seen, string> =>
  Schema.decodeUnknown(Report)(text).pipe(
    Effect.mapError((error) => `vitest's report cannot be read: ${error.message.split("\n")[0]}`),
    Effect.map(({ testResults }) => {
      const tests: Array<TestResult> = []
      const failures: Array<string> = []
      for (const suite of testResults) {
        const file = suite.name.startsWith(`${root}/`) ? suite.name.slice(root.length + 1) : suite.name
        for (const test of suite.assertionResults) {
          const title = [...test.ancestorTitles, test.title].filter((part) => part !== "").join(" > ")
          const status = test.status === "passed" ? "passed" : test.status === "failed" ? "failed" : "notVerified"
          tests.push(new TestResult({ file, title, criteria: criteriaIn(title), status }))
          if (status === "failed") failures.push(`${file}: ${title}: ${firstLine(test.failureMessages?.[0])}`)
        }
        if (suite.status === "failed" && !suite.assertionResults.some((test) => test.status === "failed")) {
          failures.push(`${file}: ${firstLine(suite.message)}`)
        }
      }
      return { tests: tests.sort(byPlace), failures: failures.sort() }
    })
  )

/** The criteria that a title names, each once, in their order. */
export const criteriaIn = (title: string): ReadonlyArray<string> => [
  ...new Set(title.match(/\bAC-[a-z0-9-]+(\.[a-z0-9-]+)?/g) ?? [])
]

/** By file, then by title: in code units, because the order must not depend on the machine's language. */
export const byPlace = (a: TestResult, b: TestResult): number =>
  compare(a.file, b.file) || compare(a.title, b.title) || compare(a.status, b.status)

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

const firstLine = (text: string | undefined) => text?.split("\n", 1)[0]?.trim() || "no reason given"
