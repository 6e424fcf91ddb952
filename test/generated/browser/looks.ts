/** How it looks: colours, and room on a small screen. */
import { assert } from "@effect/vitest"
import type { Visit } from "./visit.ts"

/** Whether the page is a dark one: its ground is darker than its text. */
export const isDark = ({ page }: Visit): Promise<boolean> =>
  page.evaluate<boolean>(`(() => {
    const brightness = (colour) => colour.match(/[\\d.]+/g).slice(0, 3).reduce((sum, part) => sum + Number(part), 0)
    const { backgroundColor, color } = getComputedStyle(document.body)
    return brightness(backgroundColor) < brightness(color)
  })()`)

/** The page itself never scrolls sideways; what is wider, such as a table, scrolls within itself. */
export const assertFits = async ({ page }: Visit, what: string) => {
  const wide = await page.evaluate<ReadonlyArray<string>>(`(() => {
    const { clientWidth, scrollWidth } = document.documentElement
    if (scrollWidth <= clientWidth) return []
    return [...document.querySelectorAll("body *")]
      .filter((element) => element.getBoundingClientRect().right > clientWidth)
      .map((element) => element.outerHTML.slice(0, 120))
  })()`)
  assert.deepStrictEqual(wide, [], `${what} is wider than the screen`)
}
