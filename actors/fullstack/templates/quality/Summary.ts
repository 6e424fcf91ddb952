/**
 * What was verified, in one line for who watches the run: how many tests and criteria passed, and what did not.
 *
 * @since 0.1.0
 */
import { Duration } from "effect"
import type { Check, Quality, Sources, TestResult } from "../../Results.ts"

/**
 * Such as `153 tests passed, 94 of 94 criteria passed`. A criterion passed if every test that names it did, and each
 * developer who had to name it has done so. Checks are told only where one has not passed.
 *
 * @category constructors
 */
export const summary = ({ checks, tests }: Quality, sources: ReadonlyArray<Sources>): string => {
  const passed = criteriaPassed(tests, sources)
  const bad = told(checks)
  return [
    testsTold(tests),
    `${passed.length} of ${criteria(sources).size} criteria passed`,
    ...(bad === "" ? [] : [`checks: ${bad}`])
  ].join(", ")
}

/**
 * Such as `backend: install 6.1 s, types 3.2 s; frontend: install 7.0 s`: where the time went, both folders side by side.
 * Steps of no time, which only read what others saw, are left out; empty if there is no other.
 *
 * @category constructors
 */
export const duration = (times: ReadonlyArray<readonly [name: string, time: Duration.Duration]>): string => {
  const folders = [...new Set(times.map(([name]) => name.split(": ")[0]!))]
  const parts = folders.sort().flatMap((folder) => {
    const steps = times
      .filter(([name, time]) => name.startsWith(`${folder}: `) && Duration.toMillis(time) >= 100)
      .map(([name, time]) => `${name.slice(folder.length + 2)} ${(Duration.toMillis(time) / 1000).toFixed(1)} s`)
    return steps.length === 0 ? [] : [`${folder}: ${steps.join(", ")}`]
  })
  return parts.join("; ")
}

const testsTold = (tests: ReadonlyArray<TestResult>): string => {
  const bad = told(tests)
  if (tests.length === 0) return "no test ran"
  if (bad === "") return tests.length === 1 ? "1 test passed" : `${tests.length} tests passed`
  return `${tests.filter(({ status }) => status === "passed").length} of ${tests.length} tests passed (${bad})`
}

/** How many failed and how many were not verified; empty if none. */
const told = (all: ReadonlyArray<Pick<Check, "status">>): string => {
  const count = (status: Check["status"], words: string) => {
    const n = all.filter((one) => one.status === status).length
    return n === 0 ? [] : [`${n} ${words}`]
  }
  return [...count("failed", "failed"), ...count("notVerified", "not verified")].join(", ")
}

const criteria = (sources: ReadonlyArray<Sources>): ReadonlySet<string> =>
  new Set(sources.flatMap((one) => [...one.unchecked, ...one.tests.flatMap((test) => test.criteria)]))

const criteriaPassed = (tests: ReadonlyArray<TestResult>, sources: ReadonlyArray<Sources>): ReadonlyArray<string> => {
  const named = new Set(tests.flatMap((test) => test.criteria))
  const open = new Set([
    ...sources.flatMap((one) => one.unchecked),
    ...tests.filter(({ status }) => status !== "passed").flatMap((test) => test.criteria)
  ])
  return [...criteria(sources)].filter((id) => named.has(id) && !open.has(id))
}
