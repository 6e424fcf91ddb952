/**
 * Finds circles of actors that wait for each other, before they close.
 *
 * An actor that asks, or waits for room to tell, while it handles a message takes no other message until it goes on. If
 * the actor it waits for waits, directly or through others, for the first one, none of them ever will. A handler beside the
 * mailbox holds up no actor, but whoever asked it: it is a node of its own.
 */

/** An actor in the graph, or one of its handlers beside the mailbox. */
export interface Node {
  readonly address: string
  /** Its waits for the sake of the message in hand; emptied when that is over. */
  waits: Set<Wait> | undefined
}

/** An edge. */
export interface Wait {
  /** The actor, or the handler beside its mailbox that has begun to answer. */
  readonly target: Node
  /** Its fiber has left, by interruption say: no edge any more. */
  withdrawn(): boolean
}

/** The addresses of the circle that a wait of `from` for `to` would close, `from` first; `undefined` if there is none. */
export const cycle = (from: Node, to: Node): ReadonlyArray<string> | undefined => {
  if (from === to) return [from.address]
  if (to.waits === undefined || to.waits.size === 0) return undefined
  const path: Array<Node> = []
  const seen = new Set<Node>()
  const reaches = (node: Node): boolean => {
    if (node === from) return true
    if (seen.has(node)) return false
    seen.add(node)
    path.push(node)
    for (const wait of node.waits ?? []) if (!wait.withdrawn() && reaches(wait.target)) return true
    path.pop()
    return false
  }
  return reaches(to) ? [from.address, ...path.map((node) => node.address)] : undefined
}

/** The addresses for whose answer, or room, an actor waits, for the sake of the message in hand. */
export const waitsFor = ({ waits }: { readonly waits: ReadonlySet<Wait> | undefined }): ReadonlyArray<string> =>
  waits === undefined ? [] : [...new Set([...waits].flatMap((wait) => (wait.withdrawn() ? [] : [wait.target.address])))]
