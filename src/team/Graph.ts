/**
 * Who waits for whom: what is wrong with a graph of dependencies, its longest paths, and an order to work in.
 *
 * Everything here is plain computation over names; `Plan`, `Scheduler` and `Report` share it, so that "critical path"
 * means one thing.
 *
 * @since 0.1.0
 */
import { nearest } from "./NearestName.ts"
import type { TeamProblem } from "./TeamError.ts"

/** One node. `dependsOn` holds names. @category models */
export interface Node {
  readonly name: string
  readonly dependsOn: ReadonlyArray<string>
}

/** What makes the graph unusable; empty if nothing does. @category combinators */
export const problems = (nodes: ReadonlyArray<Node>): ReadonlyArray<TeamProblem> => {
  if (nodes.length === 0) return [{ _tag: "Empty" }]
  const found: Array<TeamProblem> = []
  const places = new Map<string, Array<string>>()
  nodes.forEach((node, index) => {
    const why = badName(node.name)
    if (why !== undefined) found.push({ _tag: "BadName", place: `agents[${index}]`, name: node.name, why })
    places.set(node.name, [...(places.get(node.name) ?? []), `agents[${index}]`])
  })
  for (const [name, where] of places) {
    if (where.length > 1) found.push({ _tag: "DoubledName", name, places: where })
  }
  nodes.forEach((node, index) => {
    node.dependsOn.forEach((dependency, at) => {
      if (places.has(dependency)) return
      const others = [...places.keys()].filter((name) => name !== node.name)
      found.push({
        _tag: "MissingDependency",
        agent: node.name,
        place: `agents[${index}].dependsOn[${at}]`,
        dependency,
        nearest: nearest(dependency, others)
      })
    })
  })
  return [...found, ...cycles(nodes).map((path): TeamProblem => ({ _tag: "Cycle", path }))]
}

/** Everything that a node waits for, directly or through others. @category combinators */
export const ancestors = (nodes: ReadonlyArray<Node>, name: string): ReadonlySet<string> => {
  const dependencies = new Map(nodes.map((node) => [node.name, node.dependsOn]))
  const seen = new Set<string>()
  const open = [...(dependencies.get(name) ?? [])]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (seen.has(next)) continue
    seen.add(next)
    open.push(...(dependencies.get(next) ?? []))
  }
  return seen
}

/**
 * Nodes in an order in which each stands after those it depends on; of those that may come next, the first by `before`.
 *
 * @category combinators
 */
export const order = <N extends Node>(
  nodes: ReadonlyArray<N>,
  before: (a: N, b: N) => number = () => 0
): ReadonlyArray<N> => {
  const sorted = [...nodes].sort(before)
  const places = new Map(sorted.map((node, place) => [node.name, place]))
  const open = sorted.map((node) => new Set(node.dependsOn).size)
  const after = dependantsOf(sorted)
  const done: Array<N> = []
  // Places of those that may come next, the first of them last, where it is cheap to take.
  const ready: Array<number> = []
  for (let place = sorted.length - 1; place >= 0; place--) if (open[place] === 0) ready.push(place)
  for (let place = ready.pop(); place !== undefined; place = ready.pop()) {
    const node = sorted[place]!
    done.push(node)
    for (const { name } of after.get(node.name) ?? []) {
      const next = places.get(name)!
      if (--open[next]! === 0) insert(ready, next)
    }
  }
  // Of a cycle nothing is ready: `problems` has told; what can be ordered is.
  return done
}

/** Into numbers that fall. */
const insert = (falling: Array<number>, value: number) => {
  let [low, high] = [0, falling.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (falling[middle]! > value) low = middle + 1
    else high = middle
  }
  falling.splice(low, 0, value)
}

/** Who waits for a node, by its name. */
const dependantsOf = <N extends Node>(nodes: ReadonlyArray<N>): ReadonlyMap<string, ReadonlyArray<N>> => {
  const dependants = new Map<string, Array<N>>(nodes.map((node) => [node.name, []]))
  for (const node of nodes) for (const name of new Set(node.dependsOn)) dependants.get(name)?.push(node)
  return dependants
}

/** For each node, the length of the longest path that begins with it. The graph has no cycle. @category combinators */
export const remaining = (
  nodes: ReadonlyArray<Node>,
  lengthOf: (name: string) => number
): ReadonlyMap<string, number> => {
  const result = new Map<string, number>()
  const after = dependantsOf(nodes)
  for (const node of [...order(nodes)].reverse()) {
    const longest = after.get(node.name)!.reduce((most, other) => Math.max(most, result.get(other.name) ?? 0), 0)
    result.set(node.name, longest + lengthOf(node.name))
  }
  return result
}

/** The longest path of all, with its length. The graph has no cycle. @category combinators */
export const criticalPath = (
  nodes: ReadonlyArray<Node>,
  lengthOf: (name: string) => number
): { readonly agents: ReadonlyArray<string>; readonly ms: number } => {
  const left = remaining(nodes, lengthOf)
  const longest = (candidates: ReadonlyArray<Node>) =>
    candidates.reduce<Node | undefined>(
      (best, node) => (best === undefined || left.get(node.name)! > left.get(best.name)! ? node : best),
      undefined
    )
  const after = dependantsOf(nodes)
  const path: Array<string> = []
  let next = longest(nodes.filter((node) => node.dependsOn.length === 0))
  const ms = next === undefined ? 0 : left.get(next.name)!
  while (next !== undefined) {
    const { name } = next
    path.push(name)
    next = longest(after.get(name)!)
  }
  return { agents: path, ms }
}

const badName = (name: string): string | undefined => {
  if (name.trim() === "") return "a name must not be empty"
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is refused
  if (/[\u0000-\u001f\u007f-\u009f]/.test(name)) return "a name must not hold control characters"
  if (name.length > 100) return "a name has at most 100 characters"
  return undefined
}

/** One cycle out of each knot, as its path with the first name again at the end. */
const cycles = (nodes: ReadonlyArray<Node>): ReadonlyArray<ReadonlyArray<string>> => {
  const dependencies = new Map(nodes.map((node) => [node.name, node.dependsOn]))
  const found: Array<ReadonlyArray<string>> = []
  const finished = new Set<string>()
  for (const { name } of nodes) {
    // Depth first without recursion, so that a long chain cannot overflow the stack.
    const path: Array<{ readonly name: string; next: number }> = finished.has(name) ? [] : [{ name, next: 0 }]
    const onPath = new Set(path.map((step) => step.name))
    for (let step = path.at(-1); step !== undefined; step = path.at(-1)) {
      const dependency = dependencies.get(step.name)?.[step.next++]
      if (dependency === undefined) {
        finished.add(step.name)
        onPath.delete(step.name)
        path.pop()
      } else if (onPath.has(dependency)) {
        const names = path.map((each) => each.name)
        found.push([...names.slice(names.indexOf(dependency)), dependency])
        // The knot is told once: everything on the path is done with.
        for (const each of names) finished.add(each)
        path.length = 0
      } else if (!finished.has(dependency) && dependencies.has(dependency)) {
        path.push({ name: dependency, next: 0 })
        onPath.add(dependency)
      }
    }
  }
  return found
}
