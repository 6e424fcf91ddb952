/**
 * `npm run test:busy`: `npm test` three times in a row beside eight loops that never wait, to find tests that depend on
 * how fast the machine is. Outside the gate, which it would make some twenty minutes longer.
 *
 * `TIMES=1 LOOPS=4 npm run test:busy -- test/cli` runs less of it.
 */
import { spawn } from "node:child_process"
import { once } from "node:events"

const times = Number(process.env.TIMES ?? 3)
const loops = Number(process.env.LOOPS ?? 8)

// Each ends with this process: it looks for its parent whenever a second is over.
const loop = `for (let until = 0; ; ) {
  if (Date.now() < until) continue
  until = Date.now() + 1000
  try { process.kill(${process.pid}, 0) } catch { process.exit() }
}`

for (let index = 0; index < loops; index++) {
  const busy = spawn(process.execPath, ["-e", loop], { stdio: "ignore" })
  process.on("exit", () => busy.kill("SIGKILL"))
}
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(1))

for (let time = 1; time <= times; time++) {
  process.stdout.write(`\nRun ${time} of ${times}, beside ${loops} busy loops\n`)
  const vitest = spawn("npx", ["vitest", "run", ...process.argv.slice(2)], { stdio: "inherit" })
  process.on("exit", () => vitest.kill())
  const [code] = await once(vitest, "exit")
  if (code !== 0) process.exit(1)
}
process.exit(0)
