import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as fc from "fast-check"
import { parseAllDocuments } from "yaml"
import { DevopsEngineer } from "../../../actors/fullstack/DevopsEngineer.ts"
import type { Scale } from "../../../actors/fullstack/Project.ts"
import * as Project from "../../../actors/fullstack/Project.ts"
import * as Sizing from "../../../actors/fullstack/Sizing.ts"
import { manifests as packageFiles } from "../../../actors/fullstack/templates/backend/PackageFiles.ts"
import { type DeployInput, generate } from "../../../actors/fullstack/templates/deploy/Deploy.ts"
import * as DeployNames from "../../../actors/fullstack/templates/deploy/DeployNames.ts"
import { downtime } from "../../../actors/fullstack/templates/deploy/Readme.ts"
import * as Assignment from "./assignment.ts"

const project = (input: Project.Input = {}): DeployInput => Project.fromInput({ name: "Task tracker", ...input })

const odd: ReadonlyArray<DeployInput> = [
  project(),
  project({ name: "任务" }),
  project({ name: "no" }),
  project({ name: "default" }),
  project({ name: "kube-system" }),
  project({ name: "x ".repeat(300) }),
  // biome-ignore lint/suspicious/noTemplateCurlyInString: what Compose would put a variable in for
  project({ name: 'A "quoted": {name} # $HOME ${HOME} `b` | <i>', architecture: { style: "services" } }),
  ...Sizing.scales.flatMap((scale) => [
    project({ scale, architecture: { style: "services" } }),
    project({ scale, constraints: { availability: 99.99, expectedUsers: 2_500, region: "on: {eu}\n- x" } })
  ])
]

// biome-ignore lint/suspicious/noExplicitAny: parsed YAML, whose shape is what these tests are about
type Parsed = any

const files = (input: DeployInput) => new Map(generate(input).files.map(({ content, path }) => [path, content]))

const documents = (text: string, version: "1.1" | "1.2" = "1.1"): ReadonlyArray<Parsed> =>
  parseAllDocuments(text, { version, merge: false, strict: true }).map((document) => {
    assert.deepStrictEqual([document.errors, document.warnings], [[], []])
    return document.toJS()
  })

const manifests = (input: DeployInput): ReadonlyArray<Parsed> =>
  [...files(input)]
    .filter(([path]) => path.startsWith("deploy/kubernetes/") && !path.endsWith("kustomization.yaml"))
    .flatMap(([, content]) => documents(content))

const one = (input: DeployInput, kind: string, name?: string): Parsed => {
  const found = manifests(input).filter(
    (all) => all.kind === kind && (name === undefined || all.metadata.name === name)
  )
  assert.strictEqual(found.length, 1, `${kind} ${name ?? ""}`)
  return found[0]
}

const label = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/

describe("devops-engineer: Kubernetes", () => {
  it("reads the same as YAML 1.1 and 1.2, whatever the project is called", () => {
    for (const input of odd)
      for (const [path, text] of files(input))
        if (path.endsWith(".yaml")) assert.deepStrictEqual(documents(text, "1.1"), documents(text, "1.2"), path)
  })

  it("gives every object a name of RFC 1123, in a namespace of the project's own", () => {
    for (const input of odd) {
      const names = DeployNames.of(input)
      assert.notInclude(["default", "kube-system", "monitoring", "ingress-nginx"], names.base)
      for (const object of manifests(input)) {
        assert.match(object.metadata.name, label)
        // A pod's name is its Deployment's and up to 17 characters; as a host name it is held to 63.
        if (object.kind === "Deployment") assert.isAtMost(object.metadata.name.length, 63 - 17)
        if (object.kind !== "Namespace") assert.strictEqual(object.metadata.namespace, names.base)
        for (const value of Object.values(object.metadata.labels)) assert.match(value as string, label)
      }
    }
  })

  it("keeps two long names apart that begin alike", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z]{40,99}$/), fc.stringMatching(/^[a-z]{40,99}$/), (a, b) => {
        const base = (written: string) => DeployNames.of(project({ name: written })).base
        assert.strictEqual(base(a) === base(b), a === b)
      })
    )
  })

  it("runs one backend, replaced before it is started again, on a volume of the sizing", () => {
    for (const input of odd) {
      const names = DeployNames.of(input)
      const backend = one(input, "Deployment", names.backend)
      assert.strictEqual(backend.spec.replicas, 1)
      assert.deepStrictEqual(backend.spec.strategy, { type: "Recreate" })
      const claim = one(input, "PersistentVolumeClaim")
      assert.strictEqual(claim.spec.resources.requests.storage, `${Sizing.of(input).databaseGib}Gi`)
      assert.strictEqual(backend.spec.template.spec.volumes[0].persistentVolumeClaim.claimName, claim.metadata.name)
      const target = one(input, "HorizontalPodAutoscaler").spec.scaleTargetRef.name
      assert.strictEqual(target, names.frontend)
      assert.deepStrictEqual(
        one(input, "PodDisruptionBudget").spec.selector.matchLabels,
        one(input, "Deployment", names.frontend).spec.selector.matchLabels
      )
    }
  })

  it("asks /healthz on port 3000 and runs without root, rights or a writable root", () => {
    for (const input of odd)
      for (const object of manifests(input).filter(({ kind }) => kind === "Deployment")) {
        const pod = object.spec.template.spec
        const [container] = pod.containers
        const part = container.name === "backend"
        assert.deepStrictEqual(container.ports, [{ name: "http", containerPort: part ? 3000 : 8080 }])
        for (const probe of ["startupProbe", "readinessProbe", "livenessProbe"])
          assert.deepStrictEqual(container[probe].httpGet, { path: part ? "/healthz" : "/_health", port: "http" })
        assert.isTrue(pod.securityContext.runAsNonRoot)
        assert.strictEqual(pod.securityContext.seccompProfile.type, "RuntimeDefault")
        assert.isFalse(pod.automountServiceAccountToken)
        assert.deepStrictEqual(container.securityContext, {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ["ALL"] }
        })
      }
  })

  it("takes resources from the sizing, and its limits together fit the row", () => {
    for (const input of odd) {
      const sizing = Sizing.of(input)
      const names = DeployNames.of(input)
      for (const part of ["backend", "frontend"] as const) {
        const { cpuMillis, memoryMib } = sizing[part]
        assert.deepStrictEqual(one(input, "Deployment", names[part]).spec.template.spec.containers[0].resources, {
          requests: { cpu: Sizing.cpu(cpuMillis.request), memory: Sizing.memory(memoryMib.request) },
          limits: { cpu: Sizing.cpu(cpuMillis.limit), memory: Sizing.memory(memoryMib.limit) }
        })
      }
      const scaler = one(input, "HorizontalPodAutoscaler").spec
      const { max, min } = sizing.frontendReplicas
      assert.deepStrictEqual([scaler.minReplicas, scaler.maxReplicas], [min, max])
      assert.isAtMost(min, max)
      assert.isAtMost(sizing.backend.cpuMillis.limit + max * sizing.frontend.cpuMillis.limit, sizing.row.vcpu * 1000)
      assert.isAtMost(
        sizing.backend.memoryMib.limit + max * sizing.frontend.memoryMib.limit,
        sizing.row.memoryGb * 1024
      )
    }
  })

  it("scales by processor, memory and one figure of the application", () => {
    const { metrics } = one(project(), "HorizontalPodAutoscaler").spec
    assert.deepStrictEqual(
      metrics.map((metric: Parsed) => metric.resource?.name ?? metric.external?.metric.name),
      ["cpu", "memory", "http_requests_per_second"]
    )
    const adapter = documents(files(project()).get("deploy/monitoring/prometheus-adapter.yaml") ?? "")[0]
    assert.strictEqual(adapter.rules.external[0].name.as, "http_requests_per_second")
  })

  it("points every reference between objects at one that exists", () => {
    for (const input of odd) {
      const all = manifests(input)
      const pods = all.filter(({ kind }) => kind === "Deployment").map((object) => object.spec.template.metadata.labels)
      for (const service of all.filter(({ kind }) => kind === "Service")) {
        const matching = pods.filter((labels) =>
          Object.entries(service.spec.selector).every(([key, value]) => labels[key] === value)
        )
        assert.strictEqual(matching.length, 1)
      }
      const services = all.filter(({ kind }) => kind === "Service").map(({ metadata }) => metadata.name)
      for (const path of one(input, "Ingress").spec.rules[0].http.paths)
        assert.include(services, path.backend.service.name)
      const { data } = one(input, "ConfigMap")
      for (const deployment of all.filter(({ kind }) => kind === "Deployment"))
        for (const variable of deployment.spec.template.spec.containers[0].env)
          assert.isString(data[variable.valueFrom.configMapKeyRef.key])
      const listed = documents(files(input).get("deploy/kubernetes/kustomization.yaml") ?? "")[0]
      const written = [...files(input).keys()].filter((path) => path.startsWith("deploy/kubernetes/"))
      assert.sameMembers(
        [...listed.resources, "kustomization.yaml"].map((name: string) => `deploy/kubernetes/${name}`),
        written
      )
      assert.sameMembers(
        listed.images.map(({ name }: Parsed) => name),
        all.filter(({ kind }) => kind === "Deployment").map((object) => object.spec.template.spec.containers[0].image)
      )
    }
  })

  it("routes /api past the frontend only where the style is services", () => {
    const paths = (style: "monolith" | "services") =>
      one(project({ architecture: { style } }), "Ingress").spec.rules[0].http.paths.map(({ path }: Parsed) => path)
    assert.deepStrictEqual(paths("monolith"), ["/"])
    assert.deepStrictEqual(paths("services"), ["/api", "/openapi.json", "/"])
  })
})

describe("devops-engineer: one machine, images and CI", () => {
  it("publishes one port for a monolith, and the backend's as well for services", () => {
    const ports = (style: "monolith" | "services") => {
      const { services } = documents(files(project({ architecture: { style } })).get("deploy/compose.yaml") ?? "")[0]
      return [services.frontend.ports, services.backend.ports]
    }
    assert.deepStrictEqual(ports("monolith"), [["8080:8080"], undefined])
    assert.deepStrictEqual(ports("services"), [["8080:8080"], ["3000:3000"]])
  })

  it("pins every base image to an exact version and runs nothing as root", () => {
    const backend = files(project()).get("deploy/backend.Dockerfile") ?? ""
    const frontend = files(project()).get("deploy/frontend.Dockerfile") ?? ""
    const stages = new Set([...`${backend}${frontend}`.matchAll(/ AS (\S+)/g)].map(([, name]) => name))
    const bases = [...`${backend}\n${frontend}`.matchAll(/^FROM (\S+)/gm)].map(([, image]) => image ?? "")
    for (const image of bases.filter((name) => !stages.has(name))) assert.match(image, /:\d+\.\d+\.\d+-/)
    assert.match(backend, /^USER node$/m)
    assert.match(frontend, /nginx-unprivileged/)
    for (const text of [backend, frontend]) {
      assert.match(text, /--mount=type=cache,target=\/root\/\.npm npm ci/)
      assert.match(text, /^HEALTHCHECK /m)
    }
  })

  it("starts the backend as its own start script does", () => {
    const made = packageFiles(Project.fromInput({ name: "Task tracker" }))
    const { scripts } = JSON.parse(made.find(({ path }) => path === "package.json")?.content ?? "")
    const command = /^CMD (.+)$/m.exec(files(project()).get("deploy/backend.Dockerfile") ?? "")?.[1] ?? ""
    assert.strictEqual(JSON.parse(command).join(" "), scripts.start)
  })

  it("copies into an image only what its ignore file lets through", () => {
    for (const part of ["backend", "frontend"]) {
      const all = files(project())
      const sources = [...(all.get(`deploy/${part}.Dockerfile`) ?? "").matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(
        ([, list]) => (list ?? "").split(" ")
      )
      const open = (all.get(`deploy/${part}.Dockerfile.dockerignore`) ?? "").split("\n")
      assert.isNotEmpty(sources)
      for (const source of sources)
        assert.isTrue(
          open.some((line) => line.startsWith("!") && `${source}/`.startsWith(`${line.slice(1)}/`)),
          source
        )
    }
  })

  it("runs the scripts of each part, and builds images of what passed them", () => {
    const { jobs } = documents(files(project()).get(".github/workflows/ci.yaml") ?? "", "1.2")[0]
    for (const part of ["backend", "frontend"]) {
      const runs = (job: string) => jobs[`${part}-${job}`].steps.flatMap(({ run }: Parsed) => run ?? [])
      assert.deepStrictEqual(runs("check"), ["npm ci", "npm run typecheck", "npm run build"])
      assert.deepStrictEqual(runs("test"), ["npm ci", "npm test"])
      assert.isUndefined(jobs[`${part}-check`].needs)
      assert.isUndefined(jobs[`${part}-test`].needs)
      assert.deepStrictEqual(jobs[`${part}-image`].needs, [`${part}-check`, `${part}-test`])
    }
    for (const job of Object.values<Parsed>(jobs)) for (const need of job.needs ?? []) assert.property(jobs, need)
  })
})

describe("devops-engineer: its word", () => {
  it.effect("writes what it reports, from the parts of the requirements that it reads", () =>
    Effect.gen(function* () {
      const input = { name: "任务", scale: "large", architecture: { style: "services" }, constraints: {} }
      const { assignment, kept } = Assignment.make("devops-engineer", { input })
      const deployment = yield* DevopsEngineer.run(assignment)
      assert.deepStrictEqual(
        deployment.files.map(({ path }) => path),
        [...kept.files.keys()]
      )
      assert.deepStrictEqual(deployment.replicas, { min: 3, max: 16 })
      assert.deepStrictEqual(DevopsEngineer.reads, ["name", "scale", "stack", "architecture", "constraints"])
    })
  )

  it("lists every file it wrote, each with its purpose, and writes the same bytes again", () => {
    for (const input of odd) {
      const { deployment, files: made } = generate(input)
      assert.deepStrictEqual(
        deployment.files.map(({ path }) => path),
        made.map(({ path }) => path)
      )
      for (const { purpose } of deployment.files) assert.isNotEmpty(purpose)
      assert.deepStrictEqual(generate(input), { deployment, files: made })
    }
  })

  it("warns where one backend cannot keep the availability asked for", () => {
    const page = (availability: number) =>
      files(project({ constraints: { availability } })).get("deploy/README.md") ?? ""
    assert.include(page(99.99), "4.3 minutes a month")
    assert.notInclude(page(99.5), "can hardly promise")
    assert.deepStrictEqual([99.5, 99.9, 99.9999].map(downtime), ["3.6 hours", "43.2 minutes", "3 seconds"])
  })

  it("lets no name of the user's change the page's structure", () => {
    const headings = (input: DeployInput) =>
      (files(input).get("deploy/README.md") ?? "").split("\n").filter((line) => /^(#|<|```)/.test(line)).length
    const wild = project({ name: "a\n# b\n```sh\n<script>", constraints: { region: "`x`\n# y" } })
    assert.strictEqual(headings(wild), headings(project({ constraints: { region: "eu" } })))
  })
})

describe("Sizing", () => {
  it("has the figures of the sizing table", () => {
    assert.deepStrictEqual(Sizing.table, {
      small: { users: 100, vcpu: 2, memoryGb: 4, diskGb: 50, trafficGb: 100, dollars: [50, 100] },
      medium: { users: 1000, vcpu: 4, memoryGb: 16, diskGb: 200, trafficGb: 1000, dollars: [200, 500] },
      large: { users: 10000, vcpu: 16, memoryGb: 64, diskGb: 1000, trafficGb: 10000, dollars: [1000, 2500] },
      enterprise: { users: 100000, vcpu: 64, memoryGb: 256, diskGb: 5000, trafficGb: 100000, dollars: [5000, 12500] }
    })
  })

  it("grows to the row that holds the expected users, never shrinks, and says when none does", () => {
    const scale = (asked: Scale, expectedUsers?: number) =>
      Sizing.of(project({ scale: asked, constraints: expectedUsers === undefined ? {} : { expectedUsers } }))
    assert.strictEqual(scale("small", 100).scale, "small")
    assert.strictEqual(scale("small", 101).scale, "medium")
    assert.strictEqual(scale("large", 3).scale, "large")
    assert.isFalse(scale("small", 100_000).beyondTable)
    assert.isTrue(scale("small", 100_001).beyondTable)
    assert.isTrue(scale("enterprise").derived)
  })

  it("keeps a second frontend where more than 99.5 % is asked, and a third from 99.95 %", () => {
    const min = (availability: number) => Sizing.of(project({ constraints: { availability } })).frontendReplicas.min
    assert.deepStrictEqual([99, 99.5, 99.9, 99.95].map(min), [1, 1, 2, 3])
  })
})
