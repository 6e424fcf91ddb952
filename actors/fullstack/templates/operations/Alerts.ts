/**
 * The alerts, each with the section that the run book has about it: one list, so that neither is without the other.
 *
 * Availability is watched by burn rate over two windows, as Google's SRE Workbook ("Alerting on SLOs") advises: a budget
 * that is being used up fast wakes somebody, one that leaks becomes a ticket, and a blip does neither.
 *
 * @since 0.1.0
 */
import type { Project } from "../../Project.ts"
import type * as Sizing from "../../Sizing.ts"
import type { DeployNames } from "../deploy/DeployNames.ts"
import { type Objectives, series } from "./Objectives.ts"

export interface Alert {
  readonly name: string
  /** `page` wakes somebody; `ticket` waits for the morning. */
  readonly severity: "page" | "ticket"
  /** How long it must be true, in Prometheus' spelling. Left out where windows do that. */
  readonly for?: string | undefined
  readonly expr: string
  readonly summary: string
  readonly meaning: string
  readonly look: ReadonlyArray<string>
  readonly act: ReadonlyArray<string>
}

/** A rule that gives an expression a name: the windows of the burn rates. */
export interface Recording {
  readonly record: string
  readonly expr: string
}

const WINDOWS = ["5m", "30m", "1h", "6h", "3d"] as const

/**
 * The recorded ratios: errors among requests, and the part of the time (or of the requests) in which the service was
 * not there. A backend that is down counts no errors, so the greater of the two is what an objective must look at.
 *
 * @category constructors
 */
export const recordings = (names: DeployNames): ReadonlyArray<Recording> =>
  WINDOWS.flatMap((window) => {
    const all = `sum by (job) (rate(${requests(names)}[${window}]))`
    const errors = `sum by (job) (rate(${requests(names, 'status=~"5.."')}[${window}]))`
    const absent = `1 - avg by (job) (avg_over_time(${series.up}{job="${names.backend}"}[${window}]))`
    return [
      // Without an error there is no series to divide, so nought of all takes its place.
      { record: `job:http_errors:ratio_rate${window}`, expr: `(${errors} or 0 * ${all}) / ${all}` },
      { record: `job:absence:ratio${window}`, expr: absent },
      {
        record: `job:unavailability:ratio${window}`,
        expr: `(job:http_errors:ratio_rate${window} > job:absence:ratio${window}) or job:absence:ratio${window}`
      }
    ]
  })

/**
 * The alerts of a project.
 *
 * @category constructors
 */
export const alerts = (
  project: Pick<Project, "features">,
  names: DeployNames,
  sizing: Sizing.Sizing,
  objectives: Objectives
): ReadonlyArray<Alert> => [
  {
    name: "BackendDown",
    severity: "page",
    for: "2m",
    expr: `${series.up}{job="${names.backend}"} == 0`,
    summary: "The backend has not answered Prometheus for two minutes.",
    meaning: "Nobody can read or write anything; the pages still load and show errors.",
    look: [
      STATE,
      LOGS,
      "Was anything deployed just now? Every deployment stops the backend for some seconds, never for minutes."
    ],
    act: [
      "After a deployment: roll back, see below.",
      "Killed for memory (`OOMKilled`): see HighMemoryUsage.",
      "The log names the database: see Restore below. A full disk shows as `SQLITE_FULL`: free it, then start the backend again."
    ]
  },
  {
    name: "BackendMissing",
    severity: "ticket",
    for: "10m",
    expr: `absent(${series.up}{job="${names.backend}"})`,
    summary: "Prometheus does not know the backend.",
    meaning: "Nothing is being watched, so no other alert can fire. The service itself may be well.",
    look: [
      "Prometheus' page Status → Targets: is the job there?",
      "Its configuration, and the network policy that lets it in."
    ],
    act: [
      "Correct `deploy/monitoring/prometheus.yaml`, or the namespace in `deploy/kubernetes/network.yaml`, and reload."
    ]
  },
  {
    name: "DatabaseDown",
    severity: "page",
    for: "2m",
    expr: `${series.database}{job="${names.backend}"} == 0`,
    summary: "The backend runs, but its database has not answered for two minutes.",
    meaning: "Every request that needs data fails.",
    look: [LOGS, "Is the volume mounted and writable, and is there space on it?"],
    act: ["Free space, or mend the mount, then restart the backend.", "A damaged file: see Restore below."]
  },
  {
    name: "BackendRestarts",
    severity: "ticket",
    // Time used only grows, unless the process is a new one.
    expr: `resets(${series.processor}{job="${names.backend}"}[1h]) > 3`,
    summary: "The backend has been started more than three times within an hour.",
    meaning: "It crashes, is killed, or does not become ready in time; between two starts nobody is served.",
    look: [STATE, LOGS],
    act: ["`OOMKilled`: see HighMemoryUsage.", "A crash since a deployment: roll back."]
  },
  burn("AvailabilityBudgetBurnsFast", "page", 14.4, "1h", "5m", objectives),
  burn("AvailabilityBudgetBurns", "page", 6, "6h", "30m", objectives),
  burn("AvailabilityBudgetLeaks", "ticket", 1, "3d", "6h", objectives),
  {
    name: "HighErrorRate",
    severity: "page",
    for: "5m",
    expr: "job:http_errors:ratio_rate5m > 0.1",
    summary: "More than a tenth of all requests fail.",
    meaning: "The backend answers, but with errors of its own (5xx). What users enter wrongly (4xx) is not counted.",
    look: [
      LOGS,
      `Which route: \`sum by (route, status) (rate(${requests(names, 'status=~"5.."')}[5m]))\``,
      "Is the disk full? Reading then goes on while every write fails."
    ],
    act: [
      "After a deployment: roll back.",
      "One route only: the fault is in its code; roll back to the version that had it right."
    ]
  },
  {
    name: "HighResponseTime",
    severity: "ticket",
    for: "15m",
    expr: `${quantile(names, 0.95)} > ${objectives.latencySeconds}`,
    summary: `Of 100 requests, more than five take longer than ${objectives.latencySeconds} s.`,
    meaning: "The service is slower than its objective.",
    look: [
      `Which route: \`histogram_quantile(0.95, sum by (route, le) (rate(${bucket(names)}[5m])))\``,
      "EventLoopLag at the same time: the process is short of processor. Without it: the disk, or a query."
    ],
    act: [
      "Ask for less: pages of 20 instead of 100.",
      "Give the backend more processor, as far as one process can use it (see sizing)."
    ]
  },
  {
    name: "VeryHighResponseTime",
    severity: "page",
    for: "5m",
    expr: `${quantile(names, 0.99)} > 5`,
    summary: "Of 100 requests, at least one takes longer than 5 s.",
    meaning: "Users leave, and proxies begin to give up.",
    look: ["As HighResponseTime.", `Do requests pile up: \`${series.inFlight}{job="${names.backend}"}\``],
    act: [
      "Restart the backend if nothing moves at all; note the time first, for whoever reads the log.",
      "Then as HighResponseTime."
    ]
  },
  {
    name: "SlowDatabase",
    severity: "ticket",
    for: "15m",
    expr: `histogram_quantile(0.95, sum by (job, kind, le) (rate(${series.queries}{job="${names.backend}"}[5m]))) > 0.25`,
    summary: "Of 100 queries of one kind, more than five take longer than 0.25 s.",
    meaning: "The label `kind` says which. Writes count their wait in line: SQLite takes one at a time.",
    look: [
      "Writes: how many a second? Reads: which lists are asked for, with which filter and sort?",
      "The disk: SQLite waits for it at every commit."
    ],
    act: [
      "Reads: an index for the field that is filtered or sorted by.",
      "Writes: a faster disk; then the way to a database server in `deploy/README.md`."
    ]
  },
  {
    name: "TooManyInFlight",
    severity: "ticket",
    for: "5m",
    expr: `${series.inFlight}{job="${names.backend}"} > 100`,
    summary: "More than 100 requests have been in work at once for five minutes.",
    meaning: "They come in faster than they are answered. SQLite writes one at a time, so waiting grows with them.",
    look: [
      "Is it load, or is something stuck? Compare with the rate of requests.",
      "Which addresses they come from: the log of nginx."
    ],
    act: [
      "Load: see sizing, and the way to a database server in `deploy/README.md`.",
      "One client: limit it in nginx (`limit_req`)."
    ]
  },
  {
    name: "HighMemoryUsage",
    severity: "ticket",
    for: "10m",
    expr: `${series.memory}{job="${names.backend}"} > ${Math.floor(sizing.backend.memoryMib.limit * MIB * 0.85)}`,
    summary: `The backend uses more than 85 % of its ${sizing.backend.memoryMib.limit} MiB.`,
    meaning: "When it reaches the limit, the kernel kills it, and users see errors until it is up again.",
    look: ["Does it grow steadily (a leak) or with the load?"],
    act: [
      "Restart it at a quiet time to win time.",
      "Raise limit and `NODE_OPTIONS` together: the heap may be three quarters of the limit."
    ]
  },
  {
    name: "HighProcessorUsage",
    severity: "ticket",
    for: "30m",
    expr: `rate(${series.processor}{job="${names.backend}"}[5m]) > ${Number(((sizing.backend.cpuMillis.limit / 1_000) * 0.8).toPrecision(6))}`,
    summary: `The backend has used more than 80 % of its processor limit (${sizing.backend.cpuMillis.limit / 1_000}) for half an hour.`,
    meaning: "There is little left for a peak; beyond the limit the container is throttled, and everything waits.",
    look: ["Has the rate of requests grown with it? If not: what is computed, and for whom?"],
    act: ["Raise the limit, as far as one process can use it, or take the next scale (see sizing)."]
  },
  {
    name: "EventLoopLag",
    severity: "ticket",
    for: "10m",
    expr: `${series.lag}{job="${names.backend}"} > 0.2`,
    summary: "The backend's event loop is late by more than 0.2 s.",
    meaning:
      "Something computes for long without letting go, or the container has too little processor. Every request waits for it.",
    look: [
      "Is the container throttled at its processor limit?",
      "Long lists, large exports or many log-ins (hashing passwords is slow on purpose)."
    ],
    act: [
      "Raise the processor limit, as far as one process can use it (see sizing).",
      "Spread heavy exports over the night."
    ]
  },
  ...(project.features.has("user-authentication") ? [refusedLogins(names)] : [])
]

const MIB = 1_048_576
const STATE =
  "Is it running? `docker compose -f deploy/compose.yaml ps`, or `kubectl -n NAMESPACE get pods` and `describe pod` for why it was killed."
const LOGS =
  "Its last words: `docker compose -f deploy/compose.yaml logs --tail 100 backend`, or `kubectl -n NAMESPACE logs --previous`."

/** The service's own requests; those of probes and of Prometheus would make bad times look better. */
const requests = (names: DeployNames, matcher?: string) =>
  `${series.requests}{job="${names.backend}",route!~"/healthz|/metrics"${matcher === undefined ? "" : `,${matcher}`}}`

const bucket = (names: DeployNames) => `${series.duration}{job="${names.backend}",route!~"/healthz|/metrics"}`

const quantile = (names: DeployNames, part: number) =>
  `histogram_quantile(${part}, sum by (job, le) (rate(${bucket(names)}[5m])))`

function burn(
  name: string,
  severity: Alert["severity"],
  rate: number,
  long: string,
  short: string,
  objectives: Objectives
): Alert {
  // With a generous objective the product passes 1, which no ratio ever does; total absence must still be noticed.
  const threshold = Number(Math.min(rate * objectives.budget, 0.99).toPrecision(6))
  return {
    name,
    severity,
    expr: `job:unavailability:ratio${long} > ${threshold} and job:unavailability:ratio${short} > ${threshold}`,
    summary: `The budget of the ${objectives.availability} % objective is used up ${rate === 1 ? "faster than a month allows" : `${rate} times too fast`}.`,
    meaning:
      `Over ${long}, and still in the last ${short}, more than ${Number((threshold * 100).toPrecision(4))} % of the requests failed, or the backend was away ` +
      "for that part of the time.",
    look: [
      `Errors or absence: compare \`job:http_errors:ratio_rate${short}\` with \`job:absence:ratio${short}\`.`,
      "Errors: as HighErrorRate. Absence: as BackendDown."
    ],
    act:
      severity === "page"
        ? ["Restore service first (roll back, restart), look for the cause afterwards."]
        : ["Plan the repair of what fails most before new features; deployments use the budget as well."]
  }
}

function refusedLogins(names: DeployNames): Alert {
  return {
    name: "ManyRefusedLogins",
    severity: "ticket",
    for: "10m",
    expr: `sum by (job) (rate(${requests(names, 'route="/api/auth/login",status="401"')}[5m])) > 1`,
    summary: "More than one log-in a second is refused.",
    meaning:
      "Somebody is probably guessing passwords. One a second is a planning figure; adjust it to your number of users.",
    look: ["The log of nginx: which addresses ask for `/api/auth/login`?"],
    act: ["Limit the route in nginx (`limit_req`), or block the addresses in front of it."]
  }
}
