/**
 * How long the full-stack team takes to write a project of 40 entities, as a whole process: everything but verification,
 * because there is no npm on its PATH. Verification is measured by the program itself: see the report of a run.
 *
 * Needs `npm run build`; `npm run bench` does it.
 */
import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { type Contender, expect, type Subject, timed } from "./Bench.ts"

const main = fileURLToPath(new URL("../dist/main.js", import.meta.url))

/** Each entity has every type of field, and refers to the next. */
const requirements = (entities: number) => ({
  name: "Forty",
  features: ["user-authentication", "search", "audit-log", "csv-export"],
  entities: Object.fromEntries(
    Array.from({ length: entities }, (_, at) => [
      `Thing${at}`,
      {
        description: "One of many.",
        fields: {
          name: { type: "string", required: true, unique: true, maxLength: 80 },
          notes: "text",
          count: { type: "integer", min: 0, max: 1000 },
          cost: "number",
          done: { type: "boolean", default: false },
          due: "date",
          state: { type: "enum", values: ["open", "closed"], default: "open" },
          next: { type: "reference", to: `Thing${(at + 1) % entities}` }
        }
      }
    ])
  ),
  ui: { pages: ["dashboard"] }
})

/** The program in an empty folder, with nothing to reuse. */
const program = (name: string, entities: number, command: string, status: number): Contender => ({
  name,
  round: async () => {
    const folder = mkdtempSync(join(tmpdir(), "troupe-bench-"))
    try {
      const file = join(folder, "requirements.json")
      writeFileSync(file, JSON.stringify(requirements(entities)))
      const options = command === "run" ? ["--out", join(folder, "out"), "--db", join(folder, "troupe.db")] : []
      return await timed(async () => {
        const ended = spawnSync(process.execPath, [main, command, file, ...options], {
          encoding: "utf8",
          env: { ...process.env, PATH: folder }
        })
        // A run that was not verified is partial, which is 1.
        if (ended.status !== status)
          throw new Error(`${name} ended with ${ended.status}:\n${ended.stdout}${ended.stderr}`)
        if (command === "run") expect("the run", /partial/.test(ended.stdout), true)
      })
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }
})

const start = "start: graph"
const forty = "run, 40 entities"

export const subjects: ReadonlyArray<Subject> = [
  {
    title: "writing a project",
    onlyTroupe: true,
    work: "a whole process, without npm",
    rounds: 5,
    contenders: [program(start, 1, "graph", 0), program("run, 1 entity", 1, "run", 1), program(forty, 40, "run", 1)],
    floors: [{ contender: forty, atMost: 1500, beyond: start }]
  }
]
