/**
 * Finds circles of actors that wait for each other, before they close.
 *
 * An actor that asks, or waits for room to tell, for a start, for an end or for a receipt, while it handles a message takes no
 * other message until it goes on. If the actor it waits for waits, directly or through others, for the first one, none of
 * them ever will. A concurrent handler holds up no actor, but whoever asked it: it is a node of its own.
 *
 * Asks are edges. So are the waits that actors have by what they are: one that is built waits for what its `build` asks, one
 * that ends for its finalizers and for the ends of its children, one that is to start in line for its siblings.
 */
import { Effect } from "effect"
import { WaitCycle } from "../ActorError.ts"

/** An actor in the graph, or one of its concurrent handlers. */
export interface Node {
  readonly address: string
  /** Its waits for the sake of the message in hand; emptied when that is over. */
  waits: Set<Wait> | undefined
  /** What it waits for besides, by the state it is in. */
  readonly dependsOn?: () => ReadonlyArray<Node>
  /** It stands for the end of an actor, which is a node as well. */
  readonly isEnd?: boolean
}

/** An edge. */
export interface Wait {
  /** The actor, or the concurrent handler that has begun to answer. */
  readonly target: Node
  /** Its fiber has left, by interruption say: no edge any more. */
  withdrawn(): boolean
}

/** The addresses of the circle that a wait of `from` for `to` would close, `from` first; `undefined` if there is none. */
export const cycle = (from: Node, to: Node): ReadonlyArray<string> | undefined => {
  if (from === to) return [from.address]
  if ((to.waits === undefined || to.waits.size === 0) && (to.dependsOn?.() ?? none).length === 0) return undefined
  const path: Array<Node> = []
  const seen = new Set<Node>()
  const reaches = (node: Node): boolean => {
    if (node === from) return true
    if (seen.has(node)) return false
    seen.add(node)
    path.push(node)
    for (const wait of node.waits ?? none) if (!wait.withdrawn() && reaches(wait.target)) return true
    for (const other of node.dependsOn?.() ?? none) if (reaches(other)) return true
    path.pop()
    return false
  }
  return reaches(to) ? inShort([from, ...path]) : undefined
}

const none: ReadonlyArray<never> = []

/** An end and the actor that it waits for are one to who reads. What follows the last is the first. */
const inShort = (path: ReadonlyArray<Node>): ReadonlyArray<string> =>
  path
    .filter(({ address, isEnd }, i) => isEnd !== true || path[(i + 1) % path.length]!.address !== address)
    .map(({ address }) => address)

/** Runs what makes `from` wait for `to`, as an edge of the graph; refuses it where that would close a circle. */
export const waiting = <A, E>(
  from: Node | undefined,
  to: Node,
  wait: Effect.Effect<A, E>
): Effect.Effect<A, E | WaitCycle> =>
  from === undefined
    ? wait
    : Effect.suspend((): Effect.Effect<A, E | WaitCycle> => {
        const path = cycle(from, to)
        if (path !== undefined) return Effect.fail(new WaitCycle({ path }))
        return Effect.ensuring(wait, Effect.sync(begin(from, to)))
      })

/** Adds an edge; the result takes it away. */
export const begin = (from: Node, to: Node): (() => void) => {
  let isOver = false
  const edge: Wait = { target: to, withdrawn: () => isOver }
  addWait(from, edge)
  return () => {
    isOver = true
    from.waits?.delete(edge)
  }
}

export const addWait = (node: Node, wait: Wait): void => {
  node.waits ??= new Set()
  node.waits.add(wait)
}

/** The addresses for whose answer, or room, an actor waits, for the sake of the message in hand. */
export const waitsFor = ({ waits }: { readonly waits: ReadonlySet<Wait> | undefined }): ReadonlyArray<string> =>
  waits === undefined ? [] : [...new Set([...waits].flatMap((wait) => (wait.withdrawn() ? [] : [wait.target.address])))]
