import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { parse } from "yaml"
import * as Project from "../../../actors/fullstack/Project.ts"
import { Check, Quality, TestResult } from "../../../actors/fullstack/Results.ts"
import { SiteReliabilityEngineer } from "../../../actors/fullstack/SiteReliabilityEngineer.ts"
import * as Sizing from "../../../actors/fullstack/Sizing.ts"
import { backendMetrics } from "../../../actors/fullstack/templates/backend/Metrics.ts"
import { generate as deploy } from "../../../actors/fullstack/templates/deploy/Deploy.ts"
import * as DeployNames from "../../../actors/fullstack/templates/deploy/DeployNames.ts"
import { generate } from "../../../actors/fullstack/templates/operations/Operate.ts"
import * as Assignment from "./assignment.ts"

const well = new Quality({ checks: [], tests: [] })

const project = (input: Project.Input = {}) => Project.fromInput({ name: "Task tracker", ...input })

const made = (input: Project.Input = {}, quality = well) => {
  const { deployment } = deploy(project(input))
  const { files, operations } = generate(project(input), deployment, quality)
  const text = (path: string) => files.find((file) => file.path === path)?.content ?? assert.fail(`no ${path}`)
  return { files, operations, text }
}

interface Rule {
  readonly record?: string
  readonly alert?: string
  readonly expr: string
  readonly labels?: { readonly severity: string }
}

const rules = (input: Project.Input = {}): ReadonlyArray<Rule> =>
  parse(made(input).text("deploy/monitoring/prometheus-rules.yaml")).groups.flatMap(
    (group: { readonly rules: ReadonlyArray<Rule> }) => group.rules
  )

/** The names of the series in an expression: every word that is no label, no function, no operator and no window. */
const metricsIn = (expression: string): ReadonlyArray<string> =>
  expression
    .replace(/"(?:[^"\\]|\\.)*"/g, "")
    .replace(/\{[^}]*\}|\[[^\]]*\]|\b(?:by|without|on|ignoring) \([^)]*\)/g, " ")
    .match(/(?<![\w.])[a-zA-Z_:][\w:]*(?!\s*\()\b(?!\s*\()/g)
    ?.filter((word) => !["and", "or", "unless", "by", "sum", "avg", "max", "min"].includes(word)) ?? []

const histograms = ["http_request_duration_seconds", "database_query_duration_seconds"]

/** A histogram is served as three series, and none under its own name. */
const served: ReadonlyArray<string> = backendMetrics.flatMap((name) =>
  histograms.includes(name) ? ["_bucket", "_sum", "_count"].map((end) => name + end) : [name]
)

const everything: Project.Input = { features: ["user-authentication", "search", "audit-log", "csv-export"] }

const inputs: ReadonlyArray<Project.Input> = [
  {},
  everything,
  { name: "no" },
  { name: "任务" },
  { name: "x ".repeat(200) },
  { constraints: { availability: 0.5 } },
  { constraints: { availability: 99.9999, expectedUsers: 10_000_000 } },
  ...Sizing.scales.map((scale) => ({ scale }))
]

describe("site-reliability-engineer", () => {
  it("finds the series of an expression, for the tests below", () => {
    assert.deepStrictEqual(
      metricsIn('sum by (job) (rate(a_total{route!~"/x|y",b="up"}[5m])) / 0.5 > on (c) d:e:f5m and absent(up) or 1e3'),
      ["a_total", "d:e:f5m", "up"]
    )
  })

  it("uses only series that the backend serves, Prometheus' own `up`, and what it recorded itself", () => {
    for (const input of inputs) {
      const recorded = rules(input).flatMap(({ record }) => record ?? [])
      const known = new Set([...served, "up", ...recorded])
      for (const { expr } of rules(input)) {
        assert.isNotEmpty(metricsIn(expr))
        for (const name of metricsIn(expr)) assert.isTrue(known.has(name), `${name} in ${expr}`)
      }
    }
  })

  it("asks for the job under which the backend is scraped, in every expression that reads its series", () => {
    for (const input of inputs) {
      const job = DeployNames.of(project(input)).backend
      const scrape = parse(made(input).text("deploy/monitoring/prometheus.yaml")).scrape_configs
      assert.deepStrictEqual(scrape, [{ job_name: job, static_configs: [{ targets: ["backend:3000"] }] }])
      for (const { expr } of rules(input))
        for (const [, matchers] of expr.matchAll(/\{([^}]*)\}/g)) assert.include(matchers, `job="${job}"`)
    }
  })

  it("writes a section of the run book for every alert, under the heading that the alert links to", () => {
    for (const input of inputs) {
      const { operations, text } = made(input)
      const book = text("docs/operations/run-book.md")
      const alerts = rules(input).flatMap(({ alert }) => alert ?? [])
      assert.deepStrictEqual(alerts, operations.alerts)
      assert.deepStrictEqual(
        [...book.matchAll(/^### (.+)$/gm)].map(([, heading]) => heading),
        alerts
      )
      for (const part of book.split(/^### /m).slice(1)) {
        assert.match(part, /\nLook:\n\n- /)
        assert.match(part, /\nAct:\n\n- /)
      }
      assert.notInclude(book, "NAMESPACE")
    }
  })

  it("sets burn rates from the availability asked for, and never one that cannot be reached", () => {
    const thresholds = (availability: number) =>
      rules({ constraints: { availability } })
        .filter(({ alert }) => alert?.startsWith("AvailabilityBudget"))
        .map(({ expr }) => [...expr.matchAll(/> ([\d.e-]+)/g)].map(([, number]) => Number(number)))
    assert.deepStrictEqual(thresholds(99.5), [
      [0.072, 0.072],
      [0.03, 0.03],
      [0.005, 0.005]
    ])
    for (const pair of thresholds(0.5)) for (const threshold of pair) assert.isBelow(threshold, 1)
    for (const pair of thresholds(99.9999)) for (const threshold of pair) assert.isAbove(threshold, 0)
  })

  it("warns of memory at 85 % of what the deployment gives the backend", () => {
    for (const scale of Sizing.scales) {
      const rule = rules({ scale }).find(({ alert }) => alert === "HighMemoryUsage")
      const limit = Sizing.of(project({ scale })).backend.memoryMib.limit * 1024 * 1024
      assert.match(rule?.expr ?? "", new RegExp(`> ${Math.floor(limit * 0.85)}$`))
    }
  })

  it("watches refused log-ins only where there are log-ins", () => {
    assert.notInclude(made().operations.alerts, "ManyRefusedLogins")
    assert.include(made(everything).operations.alerts, "ManyRefusedLogins")
  })

  it("says which figures are planned, which row is derived, and when no row holds the users", () => {
    const page = (input: Project.Input) => made(input).text("docs/operations/sizing.md")
    assert.include(page({}), "None was measured")
    assert.include(page({ scale: "enterprise" }), "derived")
    assert.include(page({ constraints: { expectedUsers: 101 } }), "so `medium` is used")
    assert.include(page({ constraints: { expectedUsers: 1_000_000 } }), "they are too small")
  })

  it("puts what did not pass in front of the objectives", () => {
    const quality = new Quality({
      checks: [new Check({ name: "backend: build", command: "npm run build", status: "failed", detail: "x" })],
      tests: [new TestResult({ file: "backend/a.test.ts", title: "`one` | two", criteria: [], status: "notVerified" })]
    })
    const page = made({}, quality).text("docs/operations/objectives.md")
    assert.include(page, "- backend: build: failed\n- \\`one\\` \\| two: not verified")
    assert.isBelow(page.indexOf("not everything passed"), page.indexOf("| Objective "))
    assert.notInclude(made().text("docs/operations/objectives.md"), "not everything passed")
  })

  it.effect("works from the deployment and from what qa-engineer saw", () =>
    Effect.gen(function* () {
      const input = { name: "Task tracker", scale: "small" }
      const { assignment, kept } = Assignment.make("site-reliability-engineer", {
        input,
        results: { "devops-engineer": deploy(project()).deployment, "qa-engineer": well }
      })
      const operations = yield* SiteReliabilityEngineer.run(assignment)
      assert.deepStrictEqual(operations.files, [...kept.files.keys()])
      assert.deepStrictEqual(SiteReliabilityEngineer.dependsOn, ["devops-engineer", "qa-engineer"])
    })
  )

  it("lists what it wrote, and writes the same bytes again", () => {
    for (const input of inputs) {
      const { files, operations } = made(input)
      assert.deepStrictEqual(
        operations.files,
        files.map(({ path }) => path)
      )
      assert.deepStrictEqual(made(input).files, files)
    }
  })
})
