/**
 * The parts of an input that an agent reads, in the places where they stand. A part that is not there is left out, so
 * that "absent" and "absent" make the same key.
 */
export const pick = (input: unknown, reads: ReadonlyArray<string>): Record<string, unknown> => {
  const wanted: Wanted = new Map()
  for (const path of reads) {
    let level = wanted
    const parts = path.split(".")
    parts.forEach((part, index) => {
      const below = level.get(part)
      // The whole of a part includes whatever is named below it.
      if (index === parts.length - 1) level.set(part, "whole")
      else if (below === undefined) level.set(part, new Map())
      const next = level.get(part)
      level = next === undefined || next === "whole" ? new Map() : next
    })
  }
  return take(input, wanted)
}

type Wanted = Map<string, "whole" | Wanted>

const take = (value: unknown, wanted: Wanted): Record<string, unknown> => {
  const taken: Record<string, unknown> = {}
  if (typeof value !== "object" || value === null) return taken
  for (const [key, below] of wanted) {
    if (!Object.hasOwn(value, key)) continue
    const part = (value as Record<string, unknown>)[key]
    taken[key] = below === "whole" || typeof part !== "object" || part === null ? part : take(part, below)
  }
  return taken
}
