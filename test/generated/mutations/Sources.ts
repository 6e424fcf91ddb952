/**
 * Edits the TypeScript sources of a generated project by their syntax, and takes the edits back.
 *
 * By syntax, because the text changes with every improvement of the templates. An edit that finds nothing to change
 * throws: a mutation that changes nothing would look like one that the tests cannot see.
 */
import * as fs from "node:fs"
import { join } from "node:path"
import ts from "typescript"

/** The text to put in a node's place, or nothing where the node stays. What lies inside a replaced node is not asked about. */
export type Change = (node: ts.Node, text: (node: ts.Node) => string) => string | undefined

export class Sources {
  readonly #files: ReadonlyArray<string>
  readonly #before = new Map<string, string>()

  /** All sources below a folder, such as `backend/src`. */
  constructor(folder: string) {
    this.#files = (fs.readdirSync(folder, { recursive: true }) as Array<string>)
      .filter((file) => /\.tsx?$/.test(file))
      .map((file) => join(folder, file))
  }

  /** Puts other text in the place of every node that `change` answers for. */
  rewrite(what: string, change: Change): void {
    let found = 0
    for (const file of this.#files) {
      const before = fs.readFileSync(file, "utf8")
      const source = ts.createSourceFile(file, before, ts.ScriptTarget.Latest, true)
      const edits: Array<readonly [start: number, end: number, text: string]> = []
      const visit = (node: ts.Node): void => {
        const text = change(node, (one) => one.getText(source))
        if (text === undefined) ts.forEachChild(node, visit)
        else edits.push([node.getStart(source), node.end, text])
      }
      visit(source)
      if (edits.length === 0) continue
      found += edits.length
      // From the end, so that positions before it stay true.
      const after = edits.reduceRight((all, [start, end, text]) => all.slice(0, start) + text + all.slice(end), before)
      if (!this.#before.has(file)) this.#before.set(file, before)
      fs.writeFileSync(file, after)
    }
    if (found === 0) throw new Error(`The sources have no ${what}: the mutation must be written anew.`)
  }

  /** Takes all edits back. */
  restore(): void {
    for (const [file, text] of this.#before) fs.writeFileSync(file, text)
    this.#before.clear()
  }
}

/** The innermost node around `node` that a test accepts. */
export const around = <A extends ts.Node>(node: ts.Node, test: (node: ts.Node) => node is A): A | undefined => {
  let one: ts.Node | undefined = node.parent
  while (one !== undefined && !test(one)) one = one.parent
  return one
}

/** Whether an object literal has a property with this very text as its value. */
export const holds = (node: ts.ObjectLiteralExpression, name: string, value: string): boolean =>
  node.properties.some(
    (one) =>
      ts.isPropertyAssignment(one) &&
      nameOf(one) === name &&
      ts.isStringLiteralLike(one.initializer) &&
      one.initializer.text === value
  )

/** The name of a property or JSX attribute, without quotes. */
export const nameOf = (node: ts.PropertyAssignment | ts.JsxAttribute): string =>
  ts.isIdentifier(node.name) || ts.isStringLiteralLike(node.name) ? node.name.text : node.name.getText()
