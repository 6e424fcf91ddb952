/**
 * `deploy/monitoring/`: Prometheus, what it scrapes, its rules, and the test of the rules.
 *
 * @since 0.1.0
 */
import type { GeneratedFile } from "../../Project.ts"
import { backendPort, type DeployNames } from "../deploy/DeployNames.ts"
import * as Yaml from "../deploy/Yaml.ts"
import type { Alert, Recording } from "./Alerts.ts"

/** The latest of a line with long-term support when these templates were written. */
export const prometheusImage = "prom/prometheus:v2.53.0"

/**
 * The files of the monitoring.
 *
 * @category constructors
 */
export const monitoring = (
  names: DeployNames,
  recordings: ReadonlyArray<Recording>,
  alerts: ReadonlyArray<Alert>
): ReadonlyArray<GeneratedFile> => [
  { path: "deploy/monitoring/prometheus.yaml", content: scrape(names) },
  { path: "deploy/monitoring/prometheus-rules.yaml", content: rules(recordings, alerts) },
  { path: "deploy/monitoring/prometheus-rules.test.yaml", content: tests(names, alerts) },
  { path: "deploy/monitoring/compose.yaml", content: compose }
]

const scrape = (names: DeployNames) =>
  Yaml.render(
    [
      "For the stack of deploy/compose.yaml. On Kubernetes, give your Prometheus the same job, with the target",
      `${names.backend}.${names.base}.svc:${backendPort}; rules and autoscaler go by the job's name.`
    ],
    [
      {
        global: { scrape_interval: "15s", evaluation_interval: "15s" },
        rule_files: ["prometheus-rules.yaml"],
        scrape_configs: [{ job_name: names.backend, static_configs: [{ targets: [`backend:${backendPort}`] }] }]
      }
    ]
  )

const rules = (recordings: ReadonlyArray<Recording>, alerts: ReadonlyArray<Alert>) =>
  Yaml.render(
    [
      "Each alert has a section in docs/operations/run-book.md. promtool check rules deploy/monitoring/prometheus-rules.yaml"
    ],
    [
      {
        groups: [
          { name: "ratios", rules: recordings.map(({ expr, record }) => ({ record, expr })) },
          {
            name: "alerts",
            rules: alerts.map((alert) => ({
              alert: alert.name,
              expr: alert.expr,
              for: alert.for,
              labels: { severity: alert.severity },
              annotations: {
                summary: alert.summary,
                run_book: `docs/operations/run-book.md#${alert.name.toLowerCase()}`
              }
            }))
          }
        ]
      }
    ]
  )

/** Three lives of a backend: well, failing, gone. What must be silent counts as much as what must fire. */
const tests = (names: DeployNames, alerts: ReadonlyArray<Alert>) => {
  const job = `job="${names.backend}"`
  const life = (name: string, good: string, bad: string, up: string, firing: ReadonlyArray<string>) => ({
    name,
    interval: "1m",
    input_series: [
      { series: `http_requests_total{${job},method="GET",route="/api/items",status="200"}`, values: good },
      { series: `http_requests_total{${job},method="GET",route="/api/items",status="500"}`, values: bad },
      { series: `up{${job}}`, values: up }
    ],
    alert_rule_test: ["BackendDown", "AvailabilityBudgetBurnsFast", "HighErrorRate"].map((alertname) => {
      const alert = alerts.find((each) => each.name === alertname)
      return {
        eval_time: "90m",
        alertname,
        exp_alerts: firing.includes(alertname)
          ? [
              {
                exp_labels: { severity: alert?.severity, job: names.backend },
                exp_annotations: {
                  summary: alert?.summary,
                  run_book: `docs/operations/run-book.md#${alertname.toLowerCase()}`
                }
              }
            ]
          : []
      }
    })
  })
  return Yaml.render(
    ["promtool test rules deploy/monitoring/prometheus-rules.test.yaml"],
    [
      {
        rule_files: ["prometheus-rules.yaml"],
        evaluation_interval: "1m",
        tests: [
          life("a healthy backend is silent", "0+60x100", "0+0x100", "1x100", []),
          life("all requests failing is a page", "0+0x100", "0+60x100", "1x100", [
            "AvailabilityBudgetBurnsFast",
            "HighErrorRate"
          ]),
          life("a backend that is gone is a page", "_x100", "_x100", "0x100", [
            "AvailabilityBudgetBurnsFast",
            "BackendDown"
          ])
        ]
      }
    ]
  )
}

const compose = Yaml.render(
  [
    "docker compose -f deploy/compose.yaml -f deploy/monitoring/compose.yaml up --wait, then http://localhost:9090",
    "Paths are relative to the first of the two files."
  ],
  [
    {
      services: {
        prometheus: {
          image: prometheusImage,
          // On this machine only: Prometheus asks for no password.
          ports: ["127.0.0.1:9090:9090"],
          command: ["--config.file=/etc/prometheus/prometheus.yaml", "--storage.tsdb.retention.time=30d"],
          volumes: ["./monitoring:/etc/prometheus:ro", "prometheus:/prometheus"],
          restart: "unless-stopped"
        }
      },
      volumes: { prometheus: {} }
    }
  ]
)
