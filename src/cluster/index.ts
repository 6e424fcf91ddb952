/**
 * `troupe/cluster`: the same actors on Effect Cluster. Needs `@effect/cluster` and its peers.
 *
 * @since 0.1.0
 */
export * as ClusterActorSystem from "./ClusterActorSystem.ts"
export * as Leases from "./Leases.ts"
