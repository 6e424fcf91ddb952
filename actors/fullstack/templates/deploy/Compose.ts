/**
 * `deploy/compose.yaml`: the whole project on one machine.
 *
 * `monolith` is one stack behind one port: nginx serves the pages and hands `/api` on. `services` publishes the backend
 * beside it, for clients that are not the frontend.
 *
 * @since 0.1.0
 */
import type { GeneratedFile, Project } from "../../Project.ts"
import type * as Sizing from "../../Sizing.ts"
import { backendPort, type DeployNames, databaseFile, dataFolder, frontendPort } from "./DeployNames.ts"
import * as Yaml from "./Yaml.ts"

/**
 * The Compose file, sized as `sizing` says.
 *
 * @category constructors
 */
export const compose = (
  style: Project["architecture"]["style"],
  names: DeployNames,
  sizing: Sizing.Sizing
): GeneratedFile => ({
  path: "deploy/compose.yaml",
  content: Yaml.render(
    [
      `docker compose -f deploy/compose.yaml up --build --wait, then http://localhost:${frontendPort}`,
      style === "monolith"
        ? "Monolith: one port for everything; the backend is reached through it only."
        : `Services: the backend is published as well, at http://localhost:${backendPort}.`,
      "Limits are planning figures; see docs/operations/sizing.md."
    ],
    [
      {
        name: names.base,
        services: {
          backend: {
            build: { context: "..", dockerfile: "deploy/backend.Dockerfile" },
            image: `${names.backend}:local`,
            ...(style === "services" ? { ports: [`${backendPort}:${backendPort}`] } : { expose: [`${backendPort}`] }),
            environment: {
              NODE_OPTIONS: `--max-old-space-size=${heapMib(sizing)}`,
              PORT: `${backendPort}`,
              DATABASE_FILE: databaseFile,
              // nginx is the one proxy that may say who the client is.
              TRUST_PROXY: "1"
            },
            volumes: [`database:${dataFolder}`],
            stop_grace_period: "30s",
            ...hardened(sizing.backend)
          },
          frontend: {
            build: { context: "..", dockerfile: "deploy/frontend.Dockerfile" },
            image: `${names.frontend}:local`,
            ports: [`${frontendPort}:${frontendPort}`],
            environment: { BACKEND: `backend:${backendPort}` },
            // nginx looks the backend's address up when it starts, hence with it and after it.
            depends_on: { backend: { condition: "service_healthy", restart: true } },
            ...hardened(sizing.frontend, "/etc/nginx/conf.d:uid=101,gid=101")
          }
        },
        volumes: { database: {} }
      }
    ]
  )
})

/** How far V8's heap may grow: three quarters of the container, so that it collects before the kernel kills it. */
export const heapMib = (sizing: Sizing.Sizing): number => Math.floor(sizing.backend.memoryMib.limit * 0.75)

const hardened = (share: Sizing.Share, ...tmpfs: ReadonlyArray<string>) => ({
  init: true,
  restart: "unless-stopped",
  read_only: true,
  tmpfs: ["/tmp", ...tmpfs],
  cap_drop: ["ALL"],
  security_opt: ["no-new-privileges:true"],
  deploy: {
    resources: {
      limits: { cpus: `${share.cpuMillis.limit / 1_000}`, memory: `${share.memoryMib.limit}M` },
      reservations: { memory: `${share.memoryMib.request}M` }
    }
  }
})
