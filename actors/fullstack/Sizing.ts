/**
 * How much machine a project is planned for, by its `scale` and `constraints`.
 *
 * The rows for `small`, `medium` and `large` are planning figures that were given, and `enterprise` is derived from
 * them; none is a measurement of the generated project. Whoever prints a figure from here says so.
 *
 * @since 0.1.0
 */
import type { Project, Scale } from "./Project.ts"

/** One row of the sizing table: the whole machine, or cluster, for one scale. */
export interface Row {
  /** How many people the row is planned for. */
  readonly users: number
  readonly vcpu: number
  readonly memoryGb: number
  readonly diskGb: number
  /** Traffic a month. */
  readonly trafficGb: number
  /** US dollars a month, from and to. */
  readonly dollars: readonly [from: number, to: number]
}

/**
 * The sizing table. `enterprise` repeats the steps from `medium` to `large`: ten times the users and the traffic, four
 * times the processors and the memory, five times the disk and the money.
 *
 * @category models
 */
export const table: Readonly<Record<Scale, Row>> = {
  small: { users: 100, vcpu: 2, memoryGb: 4, diskGb: 50, trafficGb: 100, dollars: [50, 100] },
  medium: { users: 1_000, vcpu: 4, memoryGb: 16, diskGb: 200, trafficGb: 1_000, dollars: [200, 500] },
  large: { users: 10_000, vcpu: 16, memoryGb: 64, diskGb: 1_000, trafficGb: 10_000, dollars: [1_000, 2_500] },
  enterprise: { users: 100_000, vcpu: 64, memoryGb: 256, diskGb: 5_000, trafficGb: 100_000, dollars: [5_000, 12_500] }
}

/** The scales from the smallest to the largest. */
export const scales: ReadonlyArray<Scale> = ["small", "medium", "large", "enterprise"]

/** What one container may have: `request` is kept free for it, `limit` is where it is held. CPU in thousandths, memory in MiB. */
export interface Share {
  readonly cpuMillis: { readonly request: number; readonly limit: number }
  readonly memoryMib: { readonly request: number; readonly limit: number }
}

interface Parts {
  readonly backend: Share
  readonly frontend: Share
  readonly frontendReplicas: { readonly min: number; readonly max: number }
}

// The backend is one Node.js process: one event loop, and SQLite's work on a few threads beside it. More than four
// processors would stand idle, so large rows leave the rest to the frontend and as headroom. All limits together,
// with the frontend at its most replicas, stay inside the row; a test adds them up.
const parts: Readonly<Record<Scale, Parts>> = {
  small: {
    backend: share(500, 1_000, 512, 1_024),
    frontend: share(100, 250, 64, 128),
    frontendReplicas: { min: 1, max: 3 }
  },
  medium: {
    backend: share(1_000, 2_000, 2_048, 4_096),
    frontend: share(100, 250, 64, 128),
    frontendReplicas: { min: 2, max: 6 }
  },
  large: {
    backend: share(2_000, 4_000, 4_096, 8_192),
    frontend: share(250, 500, 128, 256),
    frontendReplicas: { min: 3, max: 16 }
  },
  enterprise: {
    backend: share(4_000, 4_000, 8_192, 16_384),
    frontend: share(500, 1_000, 256, 512),
    frontendReplicas: { min: 4, max: 40 }
  }
}

/** What a project is sized for. */
export interface Sizing {
  /** As the requirements say. */
  readonly asked: Scale
  /** The row used: `asked`, or the first larger row that holds `constraints.expectedUsers`. */
  readonly scale: Scale
  readonly row: Row
  /** True for `enterprise`, whose row is derived. */
  readonly derived: boolean
  /** `constraints.expectedUsers`, else the row's. */
  readonly users: number
  /** True when even the largest row is below `users`. */
  readonly beyondTable: boolean
  readonly backend: Share
  readonly frontend: Share
  /** `min` is at least 2 where more than 99.5 % is asked, at least 3 from 99.95 %. */
  readonly frontendReplicas: { readonly min: number; readonly max: number }
  /** The volume of the database in GiB: half the row's disk. The other half is for backups, images and logs. */
  readonly databaseGib: number
}

/**
 * The sizing of a project.
 *
 * @category constructors
 */
export const of = (project: Pick<Project, "scale" | "constraints">): Sizing => {
  const { availability = 0, expectedUsers = 0 } = project.constraints
  const candidates = scales.slice(scales.indexOf(project.scale))
  const scale = candidates.find((one) => table[one].users >= expectedUsers) ?? "enterprise"
  const row = table[scale]
  const { backend, frontend, frontendReplicas } = parts[scale]
  const floor = availability >= 99.95 ? 3 : availability > 99.5 ? 2 : 1
  return {
    asked: project.scale,
    scale,
    row,
    derived: scale === "enterprise",
    users: project.constraints.expectedUsers ?? row.users,
    beyondTable: expectedUsers > row.users,
    backend,
    frontend,
    frontendReplicas: { min: Math.max(frontendReplicas.min, floor), max: frontendReplicas.max },
    databaseGib: row.diskGb / 2
  }
}

/** Kubernetes' spelling of processors: `500m`, `2`. */
export const cpu = (millis: number): string => (millis % 1_000 === 0 ? `${millis / 1_000}` : `${millis}m`)

/** Kubernetes' spelling of memory: `512Mi`, `2Gi`. */
export const memory = (mib: number): string => (mib % 1_024 === 0 ? `${mib / 1_024}Gi` : `${mib}Mi`)

function share(cpuRequest: number, cpuLimit: number, memoryRequest: number, memoryLimit: number): Share {
  return {
    cpuMillis: { request: cpuRequest, limit: cpuLimit },
    memoryMib: { request: memoryRequest, limit: memoryLimit }
  }
}
