/**
 * For how long an address is this machine's: the question that comes before each step of its actor.
 *
 * A lease says so by itself (`Leases`). Over a `Sharding` without leases there is no end that the machine would know of
 * before others do, and no epoch.
 */
import type { ActorContext } from "../../actor/ActorContext.ts"
import type { Leases } from "../Leases.ts"
import type { From } from "./wire.ts"

export interface Tenure {
  readonly hasLeases: boolean
  /** The epoch of a shard that this machine has; undefined if it has it no longer. */
  readonly epochOf: (shardId: string) => number | undefined
  /** Whether the sender has no later life that was heard of here. */
  readonly admits: (from: From | undefined) => boolean
}

export const make = (leases: Leases["Type"] | undefined): Tenure => {
  // One entry per shard, of which a cluster has a fixed number.
  const heardOf = new Map<string, number>()
  return {
    hasLeases: leases !== undefined,
    epochOf: leases === undefined ? () => 0 : leases.epochOf,
    admits: (from) => {
      if (from === undefined) return true
      const latest = heardOf.get(from.shardId)
      if (latest !== undefined && latest > from.epoch) return false
      heardOf.set(from.shardId, from.epoch)
      return true
    }
  }
}

/** What a message says of the actor that sends it; "lost" if that actor goes on after its address was lost. */
export const senderOf = (
  tenure: Tenure,
  { address, epoch }: ActorContext["Type"],
  shardOf: (entityId: string) => { readonly toString: () => string }
): From | "lost" | undefined => {
  if (epoch === 0) return undefined
  // A root's address is its id as an entity.
  const shardId = shardOf(address).toString()
  return tenure.epochOf(shardId) === epoch ? { shardId, epoch } : "lost"
}
