/**
 * `npm run soak`: what only shows after millions of messages. Without arguments all checks; with some, those named.
 *
 * Each check has a process of its own, so that none inherits another's heap. Those that measure gaps of the event loop
 * and the one that builds projects run alone, the others two at a time.
 */
import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"
import { checks } from "./checks.ts"
import { warnings } from "./Soak.ts"

const self = fileURLToPath(import.meta.url)
/** 300 projects take over an hour on two cores. */
const minutesFor = (name: string) => (name === "generated projects" ? 240 : 30)

/** In a check's own process. */
const runHere = async (name: string): Promise<void> => {
  const check = checks[name]
  if (check === undefined) throw new Error(`no check "${name}": there are ${Object.keys(checks).join(", ")}`)
  const began = performance.now()
  const said = await check()
  if (warnings.length > 0) throw new Error(`the process warned: ${warnings.join("; ")}`)
  console.log(`ok    ${name}: ${said} (${((performance.now() - began) / 1000).toFixed(1)} s)`)
}

const runApart = (name: string): Promise<boolean> =>
  new Promise((resolve) => {
    // In a group of its own, so that what a check has started ends with it.
    const options = { stdio: "inherit", detached: true } as const
    const child = spawn(process.execPath, [...process.execArgv, self, "--here", name], options)
    const end = () => process.kill(-child.pid!, "SIGKILL")
    const timer = setTimeout(() => {
      console.error(`FAIL  ${name}: not done after ${minutesFor(name)} minutes`)
      end()
    }, minutesFor(name) * 60_000)
    const interrupted = () => {
      end()
      process.exit(130)
    }
    process.once("SIGINT", interrupted).once("SIGTERM", interrupted)
    child.on("exit", (code, signal) => {
      clearTimeout(timer)
      process.off("SIGINT", interrupted).off("SIGTERM", interrupted)
      if (signal !== null) console.error(`FAIL  ${name}: ended by ${signal}`)
      resolve(code === 0)
    })
  })

const main = async (names: ReadonlyArray<string>): Promise<boolean> => {
  const chosen = names.length > 0 ? names : Object.keys(checks)
  const isAlone = (name: string) => name.startsWith("gaps") || name === "generated projects"
  const alone = chosen.filter(isAlone)
  const together = chosen.filter((name) => !isAlone(name))
  const results: Array<boolean> = []
  for (const name of alone) results.push(await runApart(name))
  const worker = async () => {
    for (let name = together.shift(); name !== undefined; name = together.shift()) results.push(await runApart(name))
  }
  await Promise.all([worker(), worker()])
  const failed = results.filter((passed) => !passed).length
  console.log(failed === 0 ? `all ${results.length} checks passed` : `${failed} of ${results.length} checks failed`)
  return failed === 0
}

const [first, ...others] = process.argv.slice(2)
if (first === "--here") {
  runHere(others[0]!).then(
    () => process.exit(0),
    (error) => {
      console.error(`FAIL  ${others[0]}:`, error)
      process.exit(1)
    }
  )
} else {
  main(first === undefined ? [] : [first, ...others]).then((passed) => process.exit(passed ? 0 : 1))
}
