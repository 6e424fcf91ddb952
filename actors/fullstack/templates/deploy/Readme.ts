/**
 * `deploy/README.md`: how to run the project, and what the choice of SQLite allows.
 *
 * @since 0.1.0
 */
import type { GeneratedFile, Project } from "../../Project.ts"
import type * as Sizing from "../../Sizing.ts"
import * as Markdown from "../documents/Markdown.ts"
import { backendPort, type DeployNames, databaseFile, frontendPort } from "./DeployNames.ts"
import { nginxImage, nodeImage } from "./Images.ts"
import { ingressNamespace, monitoringNamespace, requestsPerReplica } from "./Kubernetes.ts"

/**
 * The page, with a table of `files`.
 *
 * @category constructors
 */
export const readme = (
  project: Pick<Project, "name" | "architecture" | "constraints">,
  names: DeployNames,
  sizing: Sizing.Sizing,
  files: ReadonlyArray<{ readonly path: string; readonly purpose: string }>
): GeneratedFile => ({
  path: "deploy/README.md",
  content: Markdown.document([
    `# Deploying ${Markdown.text(project.name.written)}`,
    intro(project),
    "## On one machine",
    "```sh\ndocker compose -f deploy/compose.yaml up --build --wait\n```",
    onOneMachine(project),
    "## On Kubernetes",
    onKubernetes(names),
    "## One backend, and why",
    oneBackend(project, sizing),
    "## Region and cost",
    regionAndCost(project, sizing),
    "## Continuous integration",
    "`.github/workflows/ci.yaml` (GitHub reads workflows from nowhere else) type-checks and builds beside testing, then builds the " +
      "image of what passed both. Backend and frontend run side by side; packages and image layers are cached. It publishes " +
      "nothing: add a registry, a login and `push: true` where your images should go.",
    "## Base images",
    `Pinned: \`${nodeImage}\` and \`${nginxImage}\`. Both are named once per Dockerfile stage; raise them when security ` +
      "updates appear. A pinned tag can still be rebuilt by its publisher; add its digest (`@sha256:…`) where that matters.",
    "## Files",
    Markdown.table(
      ["File", "For"],
      files.map(({ path, purpose }) => [Markdown.code(path), purpose])
    )
  ])
})

const intro = (project: Pick<Project, "architecture">) =>
  project.architecture.style === "monolith"
    ? `One stack behind one port: nginx serves the pages and hands \`/api\`, \`/healthz\` and \`/openapi.json\` to the backend, which is ` +
      "not published itself. The images were not built when these files were written; the first `docker compose up --build` does that."
    : `Two services: the frontend at port ${frontendPort}, and the backend published beside it at port ${backendPort}. The pages still call ` +
      "the backend under their own address, so that its session cookie stays on one site. The images were not built when " +
      "these files were written; the first `docker compose up --build` does that."

const onOneMachine = (project: Pick<Project, "architecture">) =>
  `Then open http://localhost:${frontendPort}.${
    project.architecture.style === "services"
      ? ` The backend answers at http://localhost:${backendPort}/api as well; whoever asks it there directly can claim any client address, as it trusts one proxy (\`TRUST_PROXY\`).`
      : ""
  } The data is in the volume \`database\` and stays when containers go; \`docker compose -f deploy/compose.yaml down --volumes\` ` +
  "deletes it. There is no TLS here: put a proxy that has a certificate in front before others use it."

const onKubernetes = (names: DeployNames) =>
  [
    "1. Build both images, push them, and name them in `deploy/kubernetes/kustomization.yaml` (`newName`, `newTag`).",
    `2. Put your host in for \`${names.host}\` in \`deploy/kubernetes/ingress.yaml\`.`,
    "3. `kubectl apply -k deploy/kubernetes`",
    "4. Put the host's certificate into the secret, the only one there is: " +
      `\`kubectl -n ${names.base} create secret tls ${names.certificate} --cert=FILE --key=FILE\``,
    "",
    `The manifests expect the ingress controller in namespace \`${ingressNamespace}\`, Prometheus in \`${monitoringNamespace}\`, DNS in ` +
      "`kube-system`, metrics-server for the processor and memory figures of the autoscaler, and a network plug-in that " +
      "enforces NetworkPolicy. Where yours are elsewhere, change `network.yaml`.",
    "",
    `The autoscaler's third figure, requests a second (${requestsPerReplica} per replica, a planning figure), comes from Prometheus through ` +
      "prometheus-adapter: `deploy/monitoring/prometheus-adapter.yaml`. Until that runs, Kubernetes adds replicas by processor and memory " +
      "but removes none, because one of its figures is missing."
  ].join("\n")

const oneBackend = (project: Pick<Project, "constraints">, sizing: Sizing.Sizing) => {
  const { availability } = project.constraints
  return [
    `The database is one SQLite file, \`${databaseFile}\`, and SQLite has one writer. So there is exactly one backend. It is stopped before its ` +
      "successor starts (`Recreate`), and its volume is mounted by one node. Each deployment therefore means some seconds without an API, " +
      "and so does moving it to another node. Only the frontend, which holds no state, is scaled " +
      `(${sizing.frontendReplicas.min} to ${sizing.frontendReplicas.max} replicas) and has a disruption budget.`,
    ...(availability !== undefined && availability > 99.9
      ? [
          `**The ${availability} % that the requirements ask for leaves ${downtime(availability)} a month. One backend replica can hardly promise that:** ` +
            "one slow move to another node uses it up. Plan the step below before you promise it."
        ]
      : []),
    ...(sizing.scale === "large" || sizing.scale === "enterprise"
      ? [
          `**Scale \`${sizing.scale}\` is planned for up to ${sizing.row.users.toLocaleString("en-US")} users. The backend uses at most ` +
            `${sizing.backend.cpuMillis.limit / 1_000} processors of it, however many there are.** Test with your own load; the rest of the row is ` +
            "for the frontend and for a database server."
        ]
      : []),
    "To have more than one backend: move the data to a database server (`backend/src/database.ts` is the place that knows SQLite), then set " +
      "`replicas`, change the strategy to `RollingUpdate`, add the backend to `autoscaling.yaml` and `disruption.yaml`, and drop the volume. " +
      "Raising `replicas` alone does not do it: the volume is mounted by one node, and the processes would wait for each other's writes."
  ].join("\n\n")
}

/** The downtime that an availability in per cent leaves in a month of 30 days. */
export const downtime = (availability: number): string => {
  const minutes = Math.max(0, (1 - availability / 100) * 30 * 24 * 60)
  if (minutes >= 120) return `${Number((minutes / 60).toFixed(1))} hours`
  return minutes >= 1 ? `${Number(minutes.toFixed(1))} minutes` : `${Number((minutes * 60).toFixed(0))} seconds`
}

const regionAndCost = (project: Pick<Project, "constraints">, sizing: Sizing.Sizing) =>
  [
    project.constraints.region === undefined
      ? "The requirements name no region. Choose one near the users, and one whose law allows their data."
      : `The requirements ask for region ${Markdown.code(project.constraints.region)}. Providers call their regions differently, so no manifest pins one; ` +
        "choose the provider's region when you make the cluster, and keep the volume, its backups and the image registry in the same one.",
    `Planned for $${sizing.row.dollars[0].toLocaleString("en-US")} to $${sizing.row.dollars[1].toLocaleString("en-US")} a month (scale \`${sizing.scale}\`). ` +
      "That is a planning figure, neither measured nor a provider's offer, and prices differ between regions. Traffic between regions, " +
      "load balancers and idle replicas are the usual surprises; all figures are in `docs/operations/sizing.md`."
  ].join("\n\n")
