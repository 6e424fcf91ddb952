/**
 * `troupe/layers/postgres`: transport and storage of a cluster. Needs `@effect/sql-pg`, `@effect/cluster`, `@effect/platform-node` and their peers.
 *
 * @since 0.1.0
 */
export * as Cluster from "./Cluster.ts"
