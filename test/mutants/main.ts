/**
 * `npm run test:mutants`: puts each recorded mistake into a copy of the source and runs the tests that must find it.
 *
 * With arguments only the mutants whose names contain one of them. A mutant that no test finds fails the run, and so does
 * one whose search text is gone, or whose tests fail without it.
 */
import { spawn } from "node:child_process"
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { type Mutant, mutants } from "./mutants.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))
/** A mistake may make a test hang: that is found as well. */
const timeoutMillis = 5 * 60_000

/** What the tests of the actors need, and no more. */
const makeCopy = (): string => {
  const copy = mkdtempSync(join(tmpdir(), "troupe-mutants-"))
  for (const part of [
    "src",
    "test/actor",
    "test/otp",
    "test/fixedSeed.ts",
    "test/seed.ts",
    "package.json",
    "tsconfig.json",
    "vitest.config.ts"
  ]) {
    cpSync(join(root, part), join(copy, part), { recursive: true })
  }
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"), "dir")
  return copy
}

interface Outcome {
  /** Names of tests. */
  readonly failed: ReadonlyArray<string>
  readonly passed: ReadonlyArray<string>
  readonly hung: boolean
  readonly output: string
}

const runTests = (copy: string, tests: ReadonlyArray<string>, bail: boolean): Promise<Outcome> =>
  new Promise((resolve) => {
    const report = join(copy, "report.json")
    rmSync(report, { force: true })
    const vitest = join(root, "node_modules", "vitest", "vitest.mjs")
    const options = ["run", "--reporter=json", `--outputFile=${report}`, ...(bail ? ["--bail=1"] : [])]
    // In a group of its own, so that the workers end with it.
    const child = spawn(process.execPath, [vitest, ...options, ...tests], { cwd: copy, detached: true })
    let output = ""
    let hung = false
    child.stdout.on("data", (chunk) => (output += chunk))
    child.stderr.on("data", (chunk) => (output += chunk))
    const timer = setTimeout(() => {
      hung = true
      process.kill(-child.pid!, "SIGKILL")
    }, timeoutMillis)
    child.on("exit", () => {
      clearTimeout(timer)
      const { testResults } = readReport(report)
      const all = testResults.flatMap(({ assertionResults }) => assertionResults)
      const named = (status: string) => all.filter((one) => one.status === status).map(({ fullName }) => fullName)
      const messages = testResults.map(({ message }) => message).filter((message) => message !== "")
      resolve({ failed: named("failed"), passed: named("passed"), hung, output: [output, ...messages].join("\n") })
    })
  })

interface Report {
  readonly testResults: ReadonlyArray<{
    readonly name: string
    readonly message: string
    readonly assertionResults: ReadonlyArray<{ readonly fullName: string; readonly status: string }>
  }>
}

const readReport = (file: string): Report => {
  try {
    return JSON.parse(readFileSync(file, "utf8"))
  } catch {
    // It did not come so far as to write one.
    return { testResults: [] }
  }
}

/** Why a mutant cannot be put in; `undefined` if it can. */
const misfit = ({ file, replace, search }: Mutant): string | undefined => {
  if (search === replace) return "it changes nothing"
  const found = readFileSync(join(root, file), "utf8").split(search).length - 1
  return found === 1
    ? undefined
    : `its search text stands ${found} times in ${file}, not once: give the text that is there now, or another mistake`
}

/** `true` if the mutant is found. */
const tryMutant = async (copy: string, mutant: Mutant): Promise<boolean> => {
  const wrong = misfit(mutant)
  if (wrong !== undefined) {
    console.log(`STALE     ${mutant.name}: ${wrong}`)
    return false
  }
  const target = join(copy, mutant.file)
  const source = readFileSync(join(root, mutant.file), "utf8")
  writeFileSync(
    target,
    source.replace(mutant.search, () => mutant.replace)
  )
  const began = performance.now()
  const { failed, hung, output, passed } = await runTests(copy, mutant.tests, true)
  writeFileSync(target, source)
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  if (hung) console.log(`found     ${mutant.name} (its tests hang, ${seconds} s)`)
  else if (failed.length > 0) console.log(`found     ${mutant.name}\n          by "${failed[0]}" (${seconds} s)`)
  else if (passed.length > 0) console.log(`SURVIVES  ${mutant.name}: none of ${mutant.tests.join(", ")} fails`)
  else console.log(`BROKEN    ${mutant.name}: no test ran\n${output}`)
  return hung || failed.length > 0
}

const main = async (words: ReadonlyArray<string>): Promise<boolean> => {
  const chosen = mutants.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)))
  if (chosen.length === 0) throw new Error(`no mutant's name contains ${words.join(" or ")}`)
  const copies = [makeCopy(), makeCopy()]
  try {
    // What fails without a mistake finds none.
    const tests = [...new Set(chosen.flatMap((mutant) => mutant.tests))]
    const { failed, hung, output, passed } = await runTests(copies[0]!, tests, false)
    if (hung || failed.length > 0 || passed.length === 0) {
      console.log(
        `The tests fail without any mutant: ${failed.join("; ") || (hung ? "they hang" : "none ran")}\n${output}`
      )
      return false
    }
    console.log(`${passed.length} tests pass without a mutant`)
    const left = [...chosen]
    let found = 0
    const worker = async (copy: string) => {
      for (let mutant = left.shift(); mutant !== undefined; mutant = left.shift()) {
        if (await tryMutant(copy, mutant)) found++
      }
    }
    await Promise.all(copies.map(worker))
    console.log(`${found} of ${chosen.length} mutants found`)
    return found === chosen.length
  } finally {
    for (const copy of copies) rmSync(copy, { recursive: true, force: true })
  }
}

main(process.argv.slice(2)).then(
  (passed) => process.exit(passed ? 0 : 1),
  (error) => {
    console.error(error)
    process.exit(1)
  }
)
