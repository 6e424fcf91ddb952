/** Mistakes in a frontend. What it asks of the backend is changed on the way to `fetch`, which every frontend calls. */
import ts from "typescript"
import { filterFields } from "../../../actors/fullstack/Project.ts"
import { eachEntity, eachField, type Mutation } from "./Mutation.ts"
import { nameOf, type Sources } from "./Sources.ts"

export const frontendMutations: ReadonlyArray<Mutation> = [
  {
    name: "field error not shown",
    places: (project) =>
      eachField(project, (_, field) => [
        {
          label: "",
          edit: (sources) =>
            sources.rewrite("error of a field", (node, text) => {
              const value = attribute(node, "error")
              if (value === undefined || !ts.isCallExpression(value) || !/\.get\(/.test(text(value))) return undefined
              const shown = `${text(value.arguments[0]!)} === ${JSON.stringify(field.name.written)} ? undefined : ${text(value)}`
              return `error={${shown}}`
            })
        }
      ])
  },
  {
    name: "delete without confirmation",
    places: () => [
      {
        label: "",
        edit: (sources) =>
          sources.rewrite("question before a deletion", (node) => {
            const asks = attribute(node, "onDelete")
            const does = find(node.getSourceFile(), (one) => attribute(one, "onConfirm"))
            if (asks === undefined || does === undefined || !ts.isArrowFunction(does)) return undefined
            if (!ts.isCallExpression(does.body)) return undefined
            return `onDelete={(row) => void ${does.body.expression.getText()}(row)}`
          })
      }
    ]
  },
  {
    name: "lost filter",
    places: (project) =>
      eachField(project, (entity, field) =>
        filterFields(project, entity).includes(field)
          ? [
              {
                label: "",
                edit: asking("GET", entity.path, `url.searchParams.delete(${JSON.stringify(field.name.written)});`)
              }
            ]
          : []
      )
  },
  {
    name: "lost input",
    places: (project) =>
      eachField(project, (entity, field) => [
        {
          label: "",
          edit: asking(
            "POST",
            entity.path,
            `const body = JSON.parse(init.body); delete body[${JSON.stringify(field.name.written)}];
            init.body = JSON.stringify(body);`
          )
        }
      ])
  },
  ...["page", "sort"].map((name) => ({
    name: `${name} ignored`,
    places: (project: Parameters<Mutation["places"]>[0]) =>
      eachEntity(project, (entity) => [
        { label: name, edit: asking("GET", entity.path, `url.searchParams.delete("${name}");`) }
      ])
  }))
]

/** The value of a JSX attribute, if the node is one of this name. */
const attribute = (node: ts.Node, name: string): ts.Expression | undefined =>
  ts.isJsxAttribute(node) && nameOf(node) === name && node.initializer && ts.isJsxExpression(node.initializer)
    ? node.initializer.expression
    : undefined

const find = <A>(node: ts.Node, test: (node: ts.Node) => A | undefined): A | undefined =>
  test(node) ?? ts.forEachChild(node, (child) => find(child, test))

/** Changes requests with a method for one collection, before they leave: `url` and `init` are theirs. */
const asking = (method: string, path: string, code: string) => (sources: Sources) =>
  sources.rewrite("request", (node, text) =>
    ts.isIdentifier(node) && node.text === "fetch" && ts.isCallExpression(node.parent)
      ? `((address, init) => {
          const url = new URL(address, "http://localhost");
          if ((init?.method ?? "GET") === ${JSON.stringify(method)} && url.pathname === ${JSON.stringify(path)}) { ${code} }
          return ${text(node)}(url.pathname + url.search, init);
        })`
      : undefined
  )
