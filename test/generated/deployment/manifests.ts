/** What the manifests of one project say together: sizes, and the one port that all of them must mean. */
import { assert } from "@effect/vitest"
import { imageOf } from "./dockerfile.ts"
import type { Files, Parsed } from "./written.ts"

/** The container of `backend` or `frontend`. */
export const container = (files: Files, part: string): Parsed =>
  files.object("Deployment", `-${part}`).spec.template.spec.containers[0]

/** What the manifests ask for, in processors and GiB. */
export const askedFor = (files: Files) => {
  const share = (part: string) => {
    const { limits, requests } = container(files, part).resources
    assert.isAtMost(processors(requests.cpu), processors(limits.cpu))
    assert.isAtMost(sizeOf(requests.memory), sizeOf(limits.memory))
    return { cpu: processors(limits.cpu), memory: sizeOf(limits.memory) }
  }
  const { maxReplicas, minReplicas } = files.object("HorizontalPodAutoscaler").spec
  assert.isAtMost(minReplicas, maxReplicas)
  // SQLite has one writer.
  assert.strictEqual(files.object("Deployment", "-backend").spec.replicas, 1)
  return { backend: share("backend"), frontends: share("frontend"), least: minReplicas, most: maxReplicas }
}

const processors = (text: string) => (text.endsWith("m") ? Number.parseInt(text, 10) / 1_000 : Number(text))

/** Kubernetes writes Mi and Gi, Compose M for the same. */
export const sizeOf = (text: string) => Number.parseInt(text, 10) / (/^\d+Gi?$/.test(text) ? 1 : 1024)

/** The one port of the backend, in every file that names it. */
export const agreedPort = (files: Files, exposed: ReadonlyArray<number>): number => {
  const [port] = container(files, "backend").ports
  const [service] = files.object("Service", "-backend").spec.ports
  const { services } = files.documents("deploy/compose.yaml")[0]
  const { data } = files.object("ConfigMap")
  const policy = files.object("NetworkPolicy", "-backend").spec.ingress[0]
  const scraped = files.documents("deploy/monitoring/prometheus.yaml")[0].scrape_configs[0].static_configs[0].targets
  const named = [
    ...exposed,
    Number(data.PORT),
    Number(data.BACKEND.split(":")[1]),
    service.targetPort === port.name ? port.containerPort : service.targetPort,
    service.port,
    Number(services.backend.environment.PORT),
    Number(services.backend.ports?.[0].split(":")[1] ?? services.backend.expose[0]),
    Number(services.frontend.environment.BACKEND.split(":")[1]),
    Number(imageOf(files.text("deploy/frontend.Dockerfile")).environment.get("BACKEND")?.split(":")[1]),
    Number(scraped[0].split(":")[1]),
    ...policy.ports.map((each: Parsed) => each.port)
  ]
  assert.deepStrictEqual(
    named,
    named.map(() => port.containerPort)
  )
  assert.strictEqual(data.BACKEND.split(":")[0], files.object("Service", "-backend").metadata.name)
  for (const probe of ["startupProbe", "readinessProbe", "livenessProbe"]) {
    assert.strictEqual(container(files, "backend")[probe].httpGet.port, port.name)
  }
  return port.containerPort
}
