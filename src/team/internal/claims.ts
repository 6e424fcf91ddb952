/** Which agent of a run has written which path. An attempt that came to nothing gives its paths back. */
export interface Claims {
  /** Takes all paths or none; gives the first that another agent has. */
  readonly take: (agent: string, paths: ReadonlyArray<string>) => Taken | undefined
  readonly ownerOf: (path: string) => string | undefined
  /** Gives back what the agent has, but for the paths that it keeps. */
  readonly keepOnly: (agent: string, paths: ReadonlyArray<string>) => void
}

export interface Taken {
  readonly path: string
  readonly owner: string
}

/** `reserved` belongs to nobody who could ask. */
export const make = (reserved: Readonly<Record<string, string>>): Claims => {
  const owners = new Map(Object.entries(reserved))
  return {
    take: (agent, paths) => {
      for (const path of paths) {
        const owner = owners.get(path)
        if (owner !== undefined && owner !== agent) return { path, owner }
      }
      for (const path of paths) owners.set(path, agent)
      return undefined
    },
    ownerOf: (path) => owners.get(path),
    keepOnly: (agent, paths) => {
      const kept = new Set(paths)
      for (const [path, owner] of owners) if (owner === agent && !kept.has(path)) owners.delete(path)
    }
  }
}
