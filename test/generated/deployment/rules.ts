/** Alert rules, and the autoscaler's figure, against what a backend really serves. */
import { assert } from "@effect/vitest"
import { readsOf, seriesOf } from "./prometheus.ts"
import type { Files, Parsed } from "./written.ts"

/** Every rule reads what is served, by labels that it has. */
export const checkRules = (files: Files, page: string) => {
  const served = seriesOf(page)
  const [{ groups }] = files.documents("deploy/monitoring/prometheus-rules.yaml") as [Parsed]
  const rules: ReadonlyArray<Parsed> = groups.flatMap((group: Parsed) => group.rules)
  const recorded = new Set(rules.flatMap(({ record }) => record ?? []))
  assert.isAbove(rules.length, recorded.size)
  const [scrape] = files.documents("deploy/monitoring/prometheus.yaml")[0].scrape_configs
  // Prometheus gives these to all that it scrapes, and `up` itself.
  const given = ["job", "instance"]
  for (const { expr } of rules) {
    const { grouping, selectors } = readsOf(expr)
    assert.isNotEmpty(selectors, expr)
    const known = new Set(given)
    for (const { matchers, metric } of selectors) {
      const job = matchers.find(({ label }) => label === "job")
      if (!recorded.has(metric)) assert.strictEqual(job?.value, scrape.job_name, expr)
      if (recorded.has(metric) || metric === "up") {
        assert.deepStrictEqual(
          matchers.filter(({ label }) => !given.includes(label)),
          [],
          expr
        )
        continue
      }
      const series = served.get(metric)
      assert.isDefined(series, `${metric} in ${expr}`)
      for (const label of series![0]!.keys()) known.add(label)
      const own = matchers.filter(({ label }) => !given.includes(label))
      for (const { label } of own) assert.isTrue(series![0]!.has(label), `${label} of ${metric} in ${expr}`)
      const equal = own.filter(({ operator }) => operator === "=")
      assert.isTrue(
        series!.some((one) => equal.every(({ label, value }) => one.get(label) === value)),
        expr
      )
    }
    for (const label of grouping) assert.isTrue(known.has(label), `by ${label} in ${expr}`)
  }
  const [adapter] = files.documents("deploy/monitoring/prometheus-adapter.yaml")
  const metrics = files.object("HorizontalPodAutoscaler").spec.metrics
  const { external } = metrics.find((one: Parsed) => one.type === "External")
  const rule = adapter.rules.external.find((one: Parsed) => one.name.as === external.metric.name)
  const [, counted] = /__name__="(\w+)"/.exec(rule.seriesQuery) ?? []
  assert.isTrue(served.has(counted!), rule.seriesQuery)
  assert.deepStrictEqual(external.metric.selector.matchLabels, { job: scrape.job_name })
}
