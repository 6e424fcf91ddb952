/**
 * What the runtime needs to know of a protocol, worked out once per definition. An Rpc is named by its place in it.
 */
import type * as Rpc from "@effect/rpc/Rpc"
import { Context } from "effect"
import type { ActorType } from "../ActorRef.ts"
import * as Delivery from "../Delivery.ts"
import * as Mailbox from "../Mailbox.ts"
import type { LaneIndex } from "./laneRing.ts"

export interface Protocol {
  /** In the order of its definition. */
  readonly rpcs: ReadonlyArray<Rpc.AnyWithProps>
  readonly tags: ReadonlyArray<string>
  /** The lane of each; `undefined` if all are normal. */
  readonly lanes: ReadonlyArray<LaneIndex> | undefined
  /** Which may be delivered again after a crash; `undefined` if none. */
  readonly idempotent: ReadonlyArray<boolean> | undefined
  /** Whose handlers end with their asker; `undefined` if none. */
  readonly interruptible: ReadonlyArray<boolean> | undefined
}

export const rpcsOf = (definition: ActorType.Any): ReadonlyArray<Rpc.AnyWithProps> => [
  ...(definition.protocol.requests as ReadonlyMap<string, Rpc.AnyWithProps>).values()
]

const laneIndex = { high: 0, normal: 1, low: 2 } as const

export const protocolOf = (definition: ActorType.Any): Protocol => {
  const rpcs = rpcsOf(definition)
  const lanes = rpcs.map((rpc) => laneIndex[Context.get(rpc.annotations, Mailbox.Lane)])
  const idempotent = rpcs.map((rpc) => Context.get(rpc.annotations, Delivery.Idempotent))
  const interruptible = rpcs.map((rpc) => Context.get(rpc.annotations, Delivery.InterruptWithAsker))
  return {
    rpcs,
    tags: rpcs.map((rpc) => rpc._tag),
    lanes: lanes.every((lane) => lane === laneIndex.normal) ? undefined : lanes,
    idempotent: idempotent.includes(true) ? idempotent : undefined,
    interruptible: interruptible.includes(true) ? interruptible : undefined
  }
}
