/** What axe finds in the page as it is now; nothing serious or critical may be left. */
import { assert } from "@effect/vitest"
import axe, { type AxeResults } from "axe-core"
import type { Page } from "playwright-core"

interface Findings {
  readonly passes: number
  readonly violations: ReadonlyArray<AxeResults["violations"][number]>
}

export const assertAccessible = async (page: Page, what: string) => {
  if (!(await page.evaluate<boolean>(`"axe" in window`))) await page.evaluate(axe.source)
  const { passes, violations } = await page.evaluate<Findings>(`
    axe.run(document, { resultTypes: ["violations"] })
      .then(({ passes, violations }) => ({ passes: passes.length, violations }))`)
  assert.isAbove(passes, 10, `axe has looked at ${what}`)
  const grave = violations.filter(({ impact }) => impact === "serious" || impact === "critical")
  assert.deepStrictEqual(grave.map(described), [], what)
}

const described = ({ help, id, impact, nodes }: Findings["violations"][number]): string =>
  [`${id} (${impact}): ${help}`, ...nodes.map((node) => `  ${node.target}: ${node.failureSummary}`)].join("\n")
