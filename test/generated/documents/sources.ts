/** What the generated TypeScript says: its tables of fields, its types and the titles of its tests, read as syntax. */
import ts from "typescript"

export const parse = (path: string, content: string): ts.SourceFile =>
  ts.createSourceFile(path, content, ts.ScriptTarget.ES2022, true)

const descendants = (node: ts.Node): ReadonlyArray<ts.Node> => {
  const all: Array<ts.Node> = []
  const visit = (one: ts.Node) => {
    all.push(one)
    ts.forEachChild(one, visit)
  }
  visit(node)
  return all
}

/** The objects of a file that have a list of `fields`: its entities. */
export const entityTables = (file: ts.SourceFile): ReadonlyArray<Readonly<Record<string, unknown>>> =>
  descendants(file)
    .filter(ts.isObjectLiteralExpression)
    .filter((one) => one.properties.some((property) => property.name?.getText() === "fields"))
    .map((one) => valueOf(one) as Readonly<Record<string, unknown>>)

/** The name of the variable that holds the entity, by which other files refer to it. */
export const entityVariable = (file: ts.SourceFile): string | undefined =>
  descendants(file)
    .filter(ts.isVariableDeclaration)
    .map((one) => one.name.getText())
    .find((name) => name.endsWith("Entity"))

/** The members of the file's interface, each with the types that it may have. */
export const members = (file: ts.SourceFile): Readonly<Record<string, ReadonlyArray<unknown>>> =>
  Object.fromEntries(
    descendants(file)
      .filter(ts.isInterfaceDeclaration)
      .flatMap((one) => one.members.filter(ts.isPropertySignature))
      .map((member) => [nameOf(member.name), member.type === undefined ? [] : alternatives(member.type)])
  )

/** Titles of `it` and `test`, written as text. */
export const testTitles = (file: ts.SourceFile): ReadonlyArray<string> =>
  descendants(file)
    .filter(ts.isCallExpression)
    .filter((call) => /^(it|test)\b/.test(call.expression.getText()))
    .flatMap(({ arguments: [title] }) => (title !== undefined && ts.isStringLiteralLike(title) ? [title.text] : []))

const alternatives = (type: ts.TypeNode): ReadonlyArray<unknown> => {
  if (ts.isUnionTypeNode(type)) return type.types.flatMap(alternatives)
  if (ts.isParenthesizedTypeNode(type)) return alternatives(type.type)
  return [ts.isLiteralTypeNode(type) ? { literal: valueOf(type.literal) } : type.getText()]
}

const nameOf = (name: ts.PropertyName): string =>
  ts.isComputedPropertyName(name)
    ? String(valueOf(name.expression))
    : ts.isIdentifier(name) || ts.isStringLiteral(name) || ts.isNumericLiteral(name)
      ? name.text
      : name.getText()

/** A literal's value. A function without parameters is what it returns, by its name. */
const valueOf = (node: ts.Node): unknown => {
  if (ts.isStringLiteralLike(node)) return node.text
  if (ts.isNumericLiteral(node)) return Number(node.text)
  if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.MinusToken)
    return -Number(valueOf(node.operand))
  if (node.kind === ts.SyntaxKind.TrueKeyword) return true
  if (node.kind === ts.SyntaxKind.FalseKeyword) return false
  if (node.kind === ts.SyntaxKind.NullKeyword) return null
  if (ts.isArrayLiteralExpression(node)) return node.elements.map(valueOf)
  if (ts.isArrowFunction(node)) return node.body.getText()
  if (ts.isObjectLiteralExpression(node)) {
    return Object.fromEntries(
      node.properties.map((property) => {
        if (!ts.isPropertyAssignment(property)) throw new Error(`not a plain property: ${property.getText()}`)
        return [nameOf(property.name), valueOf(property.initializer)]
      })
    )
  }
  throw new Error(`not a literal: ${node.getText()}`)
}
