/**
 * What can be measured: the files of bench/, by name, each loaded when it is chosen.
 */
import type { Subject } from "./Bench.ts"

const files: Readonly<Record<string, () => Promise<{ readonly subjects: ReadonlyArray<Subject> }>>> = {
  "actors/tell": () => import("./actors/tell.ts"),
  "actors/ask": () => import("./actors/ask.ts"),
  "actors/ring": () => import("./actors/ring.ts"),
  "actors/gather": () => import("./actors/gather.ts"),
  "actors/spawn": () => import("./actors/spawn.ts"),
  "actors/crash": () => import("./actors/crash.ts"),
  "actors/restart": () => import("./actors/restart.ts"),
  "actors/tracing": () => import("./actors/tracing.ts"),
  "actors/memory": () => import("./actors/memory.ts"),
  team: () => import("./team.ts"),
  startup: () => import("./startup.ts"),
  generation: () => import("./generation.ts"),
  example: () => import("./example.ts")
}

/** The names of these files and folders, in this order; all if none is given. An unknown one ends the process. */
export const choose = (names: ReadonlyArray<string>): ReadonlyArray<string> => {
  const known = Object.keys(files)
  if (names.length === 0) return known
  return names.flatMap((name) => {
    const found = known.filter((file) => file === name || file.startsWith(`${name}/`))
    if (found.length > 0) return found
    console.error(`No bench is called "${name}": choose from actors, ${known.join(", ")}.`)
    return process.exit(2)
  })
}

/** The subjects of one file that `choose` gave. */
export const load = async (name: string): Promise<ReadonlyArray<Subject>> => (await files[name]!()).subjects
