/** What an expression of Prometheus reads, by Prometheus' own grammar, and what a program serves. */
import { parser } from "@prometheus-io/lezer-promql"

export interface Selector {
  readonly metric: string
  readonly matchers: ReadonlyArray<{ readonly label: string; readonly operator: string; readonly value: string }>
}

export interface Reads {
  readonly selectors: ReadonlyArray<Selector>
  /** The labels that results are grouped by. */
  readonly grouping: ReadonlyArray<string>
}

/** Throws where the expression does not parse. */
export const readsOf = (expression: string): Reads => {
  const selectors: Array<{ metric: string; matchers: Array<Selector["matchers"][number]> }> = []
  const grouping: Array<string> = []
  parser.parse(expression).iterate({
    enter: ({ from, name, node, to, type }) => {
      const text = expression.slice(from, to)
      if (type.isError) throw new Error(`${expression}: cannot be read at ${from}`)
      if (name === "VectorSelector") selectors.push({ metric: "", matchers: [] })
      const selector = selectors.at(-1)
      if (name === "Identifier" && node.parent?.name === "VectorSelector" && selector) selector.metric = text
      if (name === "UnquotedLabelMatcher") {
        const [, label, operator, value] = /^(\w+)\s*(=~|!~|!=|=)\s*"(.*)"$/.exec(text) ?? []
        if (label === undefined || operator === undefined || value === undefined) throw new Error(text)
        selector?.matchers.push({ label, operator, value })
      }
      if (name === "LabelName" && node.parent?.name === "GroupingLabels") grouping.push(text)
    }
  })
  return { selectors, grouping }
}

export type Series = ReadonlyMap<string, string>

/** The series of a page of metrics, by their names: of each the labels. */
export const seriesOf = (page: string): ReadonlyMap<string, ReadonlyArray<Series>> => {
  const found = new Map<string, Array<Series>>()
  for (const line of page.split("\n")) {
    const match = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? \S+$/.exec(line)
    if (match === null) continue
    const labels = new Map(
      [...(match[2] ?? "").matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, name, value]) => [name!, value!])
    )
    const name = match[1]!
    found.set(name, [...(found.get(name) ?? []), labels])
  }
  return found
}
