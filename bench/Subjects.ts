/**
 * What can be measured: the files of bench/, by name, each loaded when it is chosen.
 */
import type { Subject } from "./Bench.ts"

const files: Readonly<Record<string, () => Promise<{ readonly subjects: ReadonlyArray<Subject> }>>> = {
  "actors/tell": () => import("./actors/tell.ts"),
  "actors/ask": () => import("./actors/ask.ts"),
  "actors/ring": () => import("./actors/ring.ts"),
  "actors/spawn": () => import("./actors/spawn.ts"),
  "actors/gather": () => import("./actors/gather.ts"),
  "actors/crash": () => import("./actors/crash.ts"),
  "actors/restart": () => import("./actors/restart.ts"),
  "actors/tracing": () => import("./actors/tracing.ts"),
  "actors/memory": () => import("./actors/memory.ts"),
  team: () => import("./team.ts"),
  startup: () => import("./startup.ts"),
  example: () => import("./example.ts")
}

/** The subjects of these files and folders, in this order; all if none is named. An unknown name ends the process. */
export const choose = async (names: ReadonlyArray<string>): Promise<ReadonlyArray<Subject>> => {
  const known = Object.keys(files)
  const chosen =
    names.length === 0
      ? known
      : names.flatMap((name) => {
          const found = known.filter((file) => file === name || file.startsWith(`${name}/`))
          if (found.length === 0) {
            console.error(`No bench is called "${name}": choose from actors, ${known.join(", ")}.`)
            process.exit(2)
          }
          return found
        })
  const modules = await Promise.all(chosen.map((name) => files[name]!()))
  return modules.flatMap((module) => module.subjects)
}
