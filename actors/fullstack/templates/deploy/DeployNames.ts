/**
 * The names under which the project's parts run: containers, images, Kubernetes objects and Prometheus' job.
 *
 * Kubernetes takes lower-case ASCII letters, digits and hyphens, at most 63 of them (RFC 1123), and appends up to 17 of
 * its own to the name of a pod. So the project's part is held to 36, cut where it must be, with a digest of the whole
 * name in place of the rest: two long names that begin alike stay apart.
 *
 * @since 0.1.0
 */
import { createHash } from "node:crypto"
import type { Project } from "../../Project.ts"

export interface DeployNames {
  /** The namespace, the Compose project and the start of every other name. At most 36 characters. */
  readonly base: string
  readonly backend: string
  readonly frontend: string
  /** The persistent volume claim that holds the SQLite file. */
  readonly database: string
  readonly configuration: string
  /** The secret with the TLS certificate, which the operator makes. */
  readonly certificate: string
  /** A stand-in of RFC 2606 until the operator puts in the real one. */
  readonly host: string
}

const MAX_BASE = 36

/**
 * The names of a project.
 *
 * @category constructors
 */
export const of = (project: Pick<Project, "name">): DeployNames => {
  const { kebab } = project.name
  // A namespace of these names exists already, and means something else.
  const taken = /^kube-|^(default|monitoring|ingress-nginx)$/.test(kebab)
  const base = shorten(taken ? `app-${kebab}` : kebab)
  return {
    base,
    backend: `${base}-backend`,
    frontend: `${base}-frontend`,
    database: `${base}-database`,
    configuration: `${base}-configuration`,
    certificate: `${base}-tls`,
    host: `${base}.example.com`
  }
}

/** Ports inside the containers, the same everywhere. Both are above 1024, as nobody runs as root. */
export const backendPort = 3_000
export const frontendPort = 8_080

/** Where the volume of the database is mounted, and the file in it. */
export const dataFolder = "/data"
export const databaseFile = `${dataFolder}/data.db`

const shorten = (kebab: string) => {
  if (kebab.length <= MAX_BASE) return kebab
  const digest = createHash("sha256").update(kebab).digest("hex").slice(0, 8)
  return `${kebab.slice(0, MAX_BASE - digest.length - 1).replace(/-+$/, "")}-${digest}`
}
