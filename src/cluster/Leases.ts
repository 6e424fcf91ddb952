/**
 * Which shards of a cluster this machine may run the actors of, and for how long: leases that end by themselves.
 *
 * A lock says who may; it cannot say that whoever lost it has noticed. A lease has an end that its holder knows as well as
 * everybody else: whoever cannot renew it ends its actors before it is over, and nobody takes a shard before that. Each
 * time a shard is given away its epoch grows, which is what writes to other systems are fenced with (Kleppmann's fencing
 * token): see `ActorContext.epoch`.
 *
 * `Cluster` of `troupe/layers` provides it. Without it `ClusterActorSystem` trusts `Sharding` alone.
 *
 * @since 0.1.0
 */
import { Context } from "effect"

/** @category services */
export class Leases extends Context.Tag("troupe/cluster/Leases")<
  Leases,
  {
    /**
     * The epoch of a shard while this machine holds it; undefined as soon as it may not run its actors any more. Looks at
     * the machine's clocks each time and nowhere else, so that it can be asked before each step. A lease that was found to
     * have ended stays so: the same shard comes back with a higher epoch only.
     */
    readonly epochOf: (shardId: string) => number | undefined
  }
>() {}
