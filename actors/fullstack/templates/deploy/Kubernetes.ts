/**
 * `deploy/kubernetes/`: the project on a cluster, applied by `kubectl apply -k deploy/kubernetes`.
 *
 * SQLite is one file with one writer. So the backend is one replica that is stopped before its successor starts, on a
 * volume that one node mounts; only the frontend is scaled. Everything else runs unprivileged and closed by default.
 *
 * @since 0.1.0
 */
import { createHash } from "node:crypto"
import type { GeneratedFile, Project } from "../../Project.ts"
import * as Sizing from "../../Sizing.ts"
import { heapMib } from "./Compose.ts"
import { backendPort, type DeployNames, databaseFile, dataFolder, frontendPort } from "./DeployNames.ts"
import * as Yaml from "./Yaml.ts"

/** Requests a second that one frontend replica is planned for, before another is started. A planning figure of ours. */
export const requestsPerReplica = 50

/** The namespaces whose pods may come in: the ingress controller's and Prometheus'. */
export const ingressNamespace = "ingress-nginx"
export const monitoringNamespace = "monitoring"

/**
 * All manifests, `kustomization.yaml` included.
 *
 * @category constructors
 */
export const kubernetes = (
  project: Pick<Project, "architecture" | "constraints">,
  names: DeployNames,
  sizing: Sizing.Sizing
): ReadonlyArray<GeneratedFile> => {
  const environment = settings(names, sizing, project.architecture.style)
  const manifests: ReadonlyArray<
    readonly [name: string, comment: ReadonlyArray<string>, documents: ReadonlyArray<Yaml.Value>]
  > = [
    ["namespace", ["Pods that ask for more rights than ours need are refused here."], [namespace(names, project)]],
    [
      "configuration",
      ["The environment of both parts. There is no secret among it."],
      [configuration(names, environment)]
    ],
    ["database", ["The volume of the SQLite file. It stays when the backend goes."], [database(names, sizing)]],
    [
      "backend",
      ["One replica, replaced rather than rolled: two processes must not write one SQLite file."],
      backend(names, sizing, environment)
    ],
    ["frontend", ["nginx with the built pages; holds no state."], frontend(names, sizing, environment)],
    [
      "autoscaling",
      [
        "For the frontend only; the backend cannot be more than one. The third figure comes from Prometheus through",
        "prometheus-adapter (deploy/monitoring/prometheus-adapter.yaml). Without it the frontend grows but never shrinks."
      ],
      [autoscaling(names, sizing)]
    ],
    [
      "disruption",
      ["Nodes are drained one frontend at a time. None for the backend: with one replica it would block every drain."],
      [disruption(names)]
    ],
    ["network", ["Nobody talks to anybody, apart from what is listed."], network(names, project)],
    [
      "ingress",
      [`Put your host in for ${names.host}, and its certificate into the secret ${names.certificate}.`],
      [ingress(names, project)]
    ]
  ]
  return [
    ...manifests.map(([name, comment, documents]) => ({
      path: `deploy/kubernetes/${name}.yaml`,
      content: Yaml.render(comment, documents)
    })),
    {
      path: "deploy/kubernetes/kustomization.yaml",
      content: Yaml.render(
        [
          "kubectl apply -k deploy/kubernetes",
          "Put the registry and the tag of your images in here, not in the manifests."
        ],
        [
          {
            apiVersion: "kustomize.config.k8s.io/v1beta1",
            kind: "Kustomization",
            resources: manifests.map(([name]) => `${name}.yaml`),
            images: [names.backend, names.frontend].map((name) => ({ name, newName: name, newTag: "local" }))
          }
        ]
      )
    }
  ]
}

type Part = "backend" | "frontend"

const labels = (names: DeployNames, part?: Part) => ({
  "app.kubernetes.io/part-of": names.base,
  ...(part === undefined ? {} : { "app.kubernetes.io/name": names[part], "app.kubernetes.io/component": part })
})

const selector = (names: DeployNames, part: Part) => ({ "app.kubernetes.io/name": names[part] })

const metadata = (names: DeployNames, name: string, part?: Part) => ({
  name,
  namespace: names.base,
  labels: labels(names, part)
})

const namespace = (names: DeployNames, project: Pick<Project, "constraints">) => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: {
    name: names.base,
    labels: { ...labels(names), "pod-security.kubernetes.io/enforce": "restricted" },
    // A wish of the requirements, for people: regions are called differently by every provider, so no pod is pinned by it.
    ...(project.constraints.region === undefined ? {} : { annotations: { region: project.constraints.region } })
  }
})

const settings = (names: DeployNames, sizing: Sizing.Sizing, style: Project["architecture"]["style"]) => ({
  backend: {
    NODE_ENV: "production",
    NODE_OPTIONS: `--max-old-space-size=${heapMib(sizing)}`,
    PORT: `${backendPort}`,
    DATABASE_FILE: databaseFile,
    // How many proxies may say who the client is: the ingress controller, and in a monolith the frontend after it.
    TRUST_PROXY: style === "monolith" ? "2" : "1"
  },
  frontend: { BACKEND: `${names.backend}:${backendPort}` }
})

type Settings = ReturnType<typeof settings>

const configuration = (names: DeployNames, { backend, frontend }: Settings) => {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: metadata(names, names.configuration),
    data: { ...backend, ...frontend }
  }
}

const database = (names: DeployNames, sizing: Sizing.Sizing) => ({
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata: metadata(names, names.database, "backend"),
  spec: {
    // SQLite needs a real disk with locks that hold: block storage, never a network share.
    accessModes: ["ReadWriteOnce"],
    resources: { requests: { storage: `${sizing.databaseGib}Gi` } }
  }
})

const resources = (share: Sizing.Share) => ({
  requests: { cpu: Sizing.cpu(share.cpuMillis.request), memory: Sizing.memory(share.memoryMib.request) },
  limits: { cpu: Sizing.cpu(share.cpuMillis.limit), memory: Sizing.memory(share.memoryMib.limit) }
})

const podSecurity = (user: number) => ({
  runAsNonRoot: true,
  runAsUser: user,
  runAsGroup: user,
  fsGroup: user,
  seccompProfile: { type: "RuntimeDefault" }
})

const containerSecurity = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ["ALL"] }
}

const variable = (names: DeployNames, name: string) => ({
  name,
  valueFrom: { configMapKeyRef: { name: names.configuration, key: name } }
})

const probe = (path: string, periodSeconds: number, failureThreshold: number) => ({
  httpGet: { path, port: "http" },
  periodSeconds,
  timeoutSeconds: 3,
  failureThreshold
})

/** Changes with the settings, so that changing them starts the pods anew. */
const checksum = (value: unknown) => createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 16)

const service = (names: DeployNames, part: Part, port: number) => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: metadata(names, names[part], part),
  spec: { selector: selector(names, part), ports: [{ name: "http", port, targetPort: "http" }] }
})

const backend = (
  names: DeployNames,
  sizing: Sizing.Sizing,
  { backend: environment }: Settings
): ReadonlyArray<Yaml.Value> => {
  return [
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: metadata(names, names.backend, "backend"),
      spec: {
        replicas: 1,
        strategy: { type: "Recreate" },
        selector: { matchLabels: selector(names, "backend") },
        template: {
          metadata: {
            labels: labels(names, "backend"),
            annotations: { "checksum/configuration": checksum(environment) }
          },
          spec: {
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            terminationGracePeriodSeconds: 30,
            securityContext: { ...podSecurity(1_000), fsGroupChangePolicy: "OnRootMismatch" },
            containers: [
              {
                name: "backend",
                image: names.backend,
                ports: [{ name: "http", containerPort: backendPort }],
                env: Object.keys(environment).map((name) => variable(names, name)),
                resources: resources(sizing.backend),
                securityContext: containerSecurity,
                startupProbe: probe("/healthz", 2, 30),
                readinessProbe: probe("/healthz", 5, 2),
                livenessProbe: probe("/healthz", 10, 6),
                volumeMounts: [
                  { name: "database", mountPath: dataFolder },
                  { name: "temporary", mountPath: "/tmp" }
                ]
              }
            ],
            volumes: [
              { name: "database", persistentVolumeClaim: { claimName: names.database } },
              { name: "temporary", emptyDir: { sizeLimit: "256Mi" } }
            ]
          }
        }
      }
    },
    service(names, "backend", backendPort)
  ]
}

const frontend = (
  names: DeployNames,
  sizing: Sizing.Sizing,
  { frontend: environment }: Settings
): ReadonlyArray<Yaml.Value> => {
  return [
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: metadata(names, names.frontend, "frontend"),
      spec: {
        // No count of replicas: that is the autoscaler's, and applying this file again must not undo it.
        strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
        selector: { matchLabels: selector(names, "frontend") },
        template: {
          metadata: {
            labels: labels(names, "frontend"),
            annotations: { "checksum/configuration": checksum(environment) }
          },
          spec: {
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            securityContext: podSecurity(101),
            topologySpreadConstraints: [
              {
                maxSkew: 1,
                topologyKey: "kubernetes.io/hostname",
                whenUnsatisfiable: "ScheduleAnyway",
                labelSelector: { matchLabels: selector(names, "frontend") }
              }
            ],
            containers: [
              {
                name: "frontend",
                image: names.frontend,
                ports: [{ name: "http", containerPort: frontendPort }],
                env: Object.keys(environment).map((name) => variable(names, name)),
                resources: resources(sizing.frontend),
                securityContext: containerSecurity,
                startupProbe: probe("/_health", 1, 30),
                readinessProbe: probe("/_health", 5, 2),
                livenessProbe: probe("/_health", 10, 3),
                volumeMounts: [
                  { name: "configuration", mountPath: "/etc/nginx/conf.d" },
                  { name: "temporary", mountPath: "/tmp" }
                ]
              }
            ],
            volumes: [
              { name: "configuration", emptyDir: { sizeLimit: "1Mi" } },
              { name: "temporary", emptyDir: { sizeLimit: "64Mi" } }
            ]
          }
        }
      }
    },
    service(names, "frontend", frontendPort)
  ]
}

const autoscaling = (names: DeployNames, sizing: Sizing.Sizing) => ({
  apiVersion: "autoscaling/v2",
  kind: "HorizontalPodAutoscaler",
  metadata: metadata(names, names.frontend, "frontend"),
  spec: {
    scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: names.frontend },
    minReplicas: sizing.frontendReplicas.min,
    maxReplicas: sizing.frontendReplicas.max,
    metrics: [
      { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 70 } } },
      { type: "Resource", resource: { name: "memory", target: { type: "Utilization", averageUtilization: 80 } } },
      {
        type: "External",
        external: {
          metric: { name: "http_requests_per_second", selector: { matchLabels: { job: names.backend } } },
          target: { type: "AverageValue", averageValue: `${requestsPerReplica}` }
        }
      }
    ],
    behavior: { scaleDown: { stabilizationWindowSeconds: 300 } }
  }
})

const disruption = (names: DeployNames) => ({
  apiVersion: "policy/v1",
  kind: "PodDisruptionBudget",
  metadata: metadata(names, names.frontend, "frontend"),
  spec: { maxUnavailable: 1, selector: { matchLabels: selector(names, "frontend") } }
})

const fromNamespace = (name: string) => ({
  namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } }
})

const network = (names: DeployNames, project: Pick<Project, "architecture">): ReadonlyArray<Yaml.Value> => {
  const policy = (name: string, spec: Yaml.Value) => ({
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: metadata(names, name),
    spec
  })
  return [
    policy(`${names.base}-closed`, { podSelector: {}, policyTypes: ["Ingress", "Egress"] }),
    policy(names.backend, {
      podSelector: { matchLabels: selector(names, "backend") },
      policyTypes: ["Ingress"],
      ingress: [
        {
          from: [
            { podSelector: { matchLabels: selector(names, "frontend") } },
            fromNamespace(monitoringNamespace),
            ...(project.architecture.style === "services" ? [fromNamespace(ingressNamespace)] : [])
          ],
          ports: [{ protocol: "TCP", port: backendPort }]
        }
      ]
    }),
    policy(names.frontend, {
      podSelector: { matchLabels: selector(names, "frontend") },
      policyTypes: ["Ingress", "Egress"],
      ingress: [{ from: [fromNamespace(ingressNamespace)], ports: [{ protocol: "TCP", port: frontendPort }] }],
      egress: [
        {
          to: [{ podSelector: { matchLabels: selector(names, "backend") } }],
          ports: [{ protocol: "TCP", port: backendPort }]
        },
        {
          to: [fromNamespace("kube-system")],
          ports: [
            { protocol: "UDP", port: 53 },
            { protocol: "TCP", port: 53 }
          ]
        }
      ]
    })
  ]
}

const ingress = (names: DeployNames, project: Pick<Project, "architecture">) => {
  const path = (value: string, pathType: "Prefix" | "Exact", part: Part) => ({
    path: value,
    pathType,
    backend: { service: { name: names[part], port: { name: "http" } } }
  })
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: {
      ...metadata(names, names.base),
      // More than the backend's own limit of 1 MB, so that the backend refuses and explains.
      annotations: { "nginx.ingress.kubernetes.io/proxy-body-size": "2m" }
    },
    spec: {
      ingressClassName: "nginx",
      tls: [{ hosts: [names.host], secretName: names.certificate }],
      rules: [
        {
          host: names.host,
          http: {
            paths: [
              ...(project.architecture.style === "services"
                ? [path("/api", "Prefix", "backend"), path("/openapi.json", "Exact", "backend")]
                : []),
              path("/", "Prefix", "frontend")
            ]
          }
        }
      ]
    }
  }
}
