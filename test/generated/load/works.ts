/** What may take long in a backend of `requirements/loaded.yaml` whose tables are full. */
import { type Asker, ask } from "./watch.ts"

export interface Work {
  readonly name: string
  readonly run: () => Promise<unknown>
}

const one = async (asker: Asker, fine: ReadonlyArray<number>, path: string, method = "GET") => {
  const answer = await ask(asker, method, path)
  if (!fine.includes(answer.status)) throw new Error(`${method} ${path}: ${answer.status} ${answer.text.slice(0, 500)}`)
}

const common = ["pearl", "amber birch", "NOVA", "zz"]

/** The deletion comes last: 12,000 people and more tasks go with the first company. */
export const works = (asker: Asker, company: string): ReadonlyArray<Work> => [
  { name: "an export", run: () => one(asker, [200], "/api/tasks.csv") },
  { name: "a sorted export", run: () => one(asker, [200], "/api/tasks.csv?sort=-cost") },
  {
    name: "a search of 200 characters",
    run: () =>
      one(asker, [200], `/api/tasks?q=${encodeURIComponent("amber cedar ember grove ".repeat(9).slice(0, 200))}`)
  },
  {
    name: "a search that no index helps",
    run: () => one(asker, [200], `/api/tasks?q=${encodeURIComponent("\u1c90".repeat(200))}`)
  },
  {
    name: "twenty searches at once",
    // On a busy machine the last of them reach the time limit of a search, and are told so.
    run: () =>
      Promise.all(
        Array.from({ length: 20 }, (_, n) => one(asker, [200, 503], `/api/tasks?q=${common[n % common.length]}`))
      )
  },
  { name: "a cascade", run: () => one(asker, [204], `/api/companies/${company}`, "DELETE") }
]
