/**
 * `deploy/monitoring/prometheus-adapter.yaml`: makes the backend's rate of requests visible to the autoscaler.
 *
 * @since 0.1.0
 */
import type { GeneratedFile } from "../../Project.ts"
import { monitoringNamespace } from "./Kubernetes.ts"
import * as Yaml from "./Yaml.ts"

/**
 * Values for the Helm chart `prometheus-community/prometheus-adapter`.
 *
 * @category constructors
 */
export const metricsAdapter = (): GeneratedFile => ({
  path: "deploy/monitoring/prometheus-adapter.yaml",
  content: Yaml.render(
    [
      "Values for Helm: helm upgrade --install prometheus-adapter prometheus-community/prometheus-adapter \\",
      `  --namespace ${monitoringNamespace} --values deploy/monitoring/prometheus-adapter.yaml`,
      "Put the address of your Prometheus in under prometheus.url."
    ],
    [
      {
        prometheus: { url: `http://prometheus-server.${monitoringNamespace}.svc`, port: 80 },
        rules: {
          default: false,
          external: [
            {
              seriesQuery: '{__name__="http_requests_total",job!=""}',
              resources: { namespaced: false },
              name: { as: "http_requests_per_second" },
              metricsQuery: "sum(rate(<<.Series>>{<<.LabelMatchers>>}[2m])) by (<<.GroupBy>>)"
            }
          ]
        }
      }
    ]
  )
})
