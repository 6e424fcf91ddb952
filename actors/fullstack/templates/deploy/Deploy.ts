/**
 * What devops-engineer writes: everything that runs the project outside a developer's editor.
 *
 * @since 0.1.0
 */
import type { GeneratedFile, Project } from "../../Project.ts"
import { Deployment } from "../../Results.ts"
import * as Sizing from "../../Sizing.ts"
import { compose } from "./Compose.ts"
import * as DeployNames from "./DeployNames.ts"
import { images } from "./Images.ts"
import { kubernetes } from "./Kubernetes.ts"
import { metricsAdapter } from "./MetricsAdapter.ts"
import { nginx } from "./Nginx.ts"
import { readme } from "./Readme.ts"
import { workflow } from "./Workflow.ts"

/** The parts of the project that decide the files; nothing else is read. */
export type DeployInput = Pick<Project, "name" | "scale" | "architecture" | "constraints">

/**
 * All files, and the facts that later agents rely on. Pure: the same project gives the same bytes.
 *
 * @category constructors
 */
export const generate = (
  project: DeployInput
): { readonly files: ReadonlyArray<GeneratedFile>; readonly deployment: Deployment } => {
  const names = DeployNames.of(project)
  const sizing = Sizing.of(project)
  const made: ReadonlyArray<GeneratedFile> = [
    ...images(),
    nginx(),
    compose(project.architecture.style, names, sizing),
    ...kubernetes(project, names, sizing),
    metricsAdapter(),
    workflow(names)
  ]
  const described = made.map(({ path }) => ({ path, purpose: purposeOf(path) }))
  const page = readme(project, names, sizing, described)
  return {
    files: [...made, page],
    deployment: new Deployment({
      files: [...described, { path: page.path, purpose: "How to run the project, and what SQLite allows." }],
      replicas: sizing.frontendReplicas,
      resources: {
        cpu: Sizing.cpu(sizing.backend.cpuMillis.limit),
        memory: Sizing.memory(sizing.backend.memoryMib.limit)
      }
    })
  }
}

const purposes: Readonly<Record<string, string>> = {
  "deploy/backend.Dockerfile": "The backend's image.",
  "deploy/backend.Dockerfile.dockerignore": "Keeps everything else out of the backend's build.",
  "deploy/frontend.Dockerfile": "The frontend's image: nginx with the built pages.",
  "deploy/frontend.Dockerfile.dockerignore": "Keeps everything else out of the frontend's build.",
  "deploy/nginx.conf.template": "Pages, and the way to the backend.",
  "deploy/compose.yaml": "The whole project on one machine.",
  "deploy/kubernetes/namespace.yaml": "The namespace, closed to privileged pods.",
  "deploy/kubernetes/configuration.yaml": "The environment of both parts.",
  "deploy/kubernetes/database.yaml": "The volume of the SQLite file.",
  "deploy/kubernetes/backend.yaml": "The backend: one replica, and its service.",
  "deploy/kubernetes/frontend.yaml": "The frontend and its service.",
  "deploy/kubernetes/autoscaling.yaml": "How many frontends run, by processor, memory and requests.",
  "deploy/kubernetes/disruption.yaml": "How nodes are drained.",
  "deploy/kubernetes/network.yaml": "Who may talk to whom.",
  "deploy/kubernetes/ingress.yaml": "The way in from outside.",
  "deploy/kubernetes/kustomization.yaml": "What `kubectl apply -k` applies, and the names of the images.",
  "deploy/monitoring/prometheus-adapter.yaml": "Gives the autoscaler the rate of requests.",
  ".github/workflows/ci.yaml": "Types, build, tests and images on GitHub."
}

const purposeOf = (path: string) => {
  const purpose = purposes[path]
  // A file without a purpose is a slip of ours, which the tests meet before anybody else does.
  if (purpose === undefined) throw new Error(`No purpose is written for ${path}`)
  return purpose
}
