/**
 * What the service promises, as numbers that its own metrics can confirm or refute.
 *
 * @since 0.1.0
 */
import type { Project } from "../../Project.ts"

/** Series that the backend's `/metrics` serves, plus Prometheus' own `up`. Rules use no others; a test compares. */
export const series = {
  requests: "http_requests_total",
  duration: "http_request_duration_seconds_bucket",
  inFlight: "http_requests_in_flight",
  queries: "database_query_duration_seconds_bucket",
  database: "db_up",
  processor: "process_cpu_seconds_total",
  memory: "process_resident_memory_bytes",
  lag: "nodejs_eventloop_lag_p99_seconds",
  up: "up"
} as const

export interface Objectives {
  /** Per cent of a month. */
  readonly availability: number
  /** True where the requirements name none and `availability` is our choice. */
  readonly availabilityIsOurs: boolean
  /** The part of a month, or of its requests, that may go wrong: 0.005 for 99.5 %. */
  readonly budget: number
  /** 95 of 100 requests are answered within this. */
  readonly latencySeconds: number
}

/** What is promised where the requirements do not say: some three and a half hours a month. */
const AVAILABILITY = 99.5

/**
 * The objectives of a project.
 *
 * @category constructors
 */
export const of = (project: Pick<Project, "constraints">): Objectives => {
  const availability = project.constraints.availability ?? AVAILABILITY
  return {
    availability,
    availabilityIsOurs: project.constraints.availability === undefined,
    budget: Number((1 - availability / 100).toPrecision(6)),
    latencySeconds: 0.5
  }
}
