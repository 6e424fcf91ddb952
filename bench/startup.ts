/**
 * How long the program takes to say something, as a whole process, beside a Node that does nothing.
 *
 * Needs `npm run build`; `npm run bench` does it.
 */
import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import { type Contender, expect, type Subject, timed } from "./Bench.ts"

const main = fileURLToPath(new URL("../dist/main.js", import.meta.url))
const example = fileURLToPath(new URL("../examples/task-tracker.yaml", import.meta.url))

const process_ = (name: string, args: ReadonlyArray<string>): Contender => ({
  name,
  round: () =>
    timed(async () => {
      const { status } = spawnSync(process.execPath, args, { stdio: "ignore" })
      expect(`exit code of ${name}`, status, 0)
    })
})

export const subjects: ReadonlyArray<Subject> = [
  {
    title: "start-up",
    work: "a whole process",
    rounds: 15,
    contenders: [
      process_("node -e 0", ["-e", "0"]),
      process_("troupe --help", [main, "--help"]),
      process_("troupe graph FILE", [main, "graph", example])
    ]
  }
]
