/** The eight mistakes in a backend. Each is made for one entity or field alone, so that its own tests must find it. */
import ts from "typescript"
import { type Entity, type Field, filterFields, searchFields } from "../../../actors/fullstack/Project.ts"
import { eachEntity, eachField, type Mutation } from "./Mutation.ts"
import { around, holds, nameOf, type Sources } from "./Sources.ts"

export const backendMutations: ReadonlyArray<Mutation> = [
  {
    name: "dropped validation",
    places: (project) => [
      ...eachField(project, (entity, field) =>
        rules(field).map((rule) => ({
          label: `: ${rule}`,
          edit: (sources) =>
            sources.rewrite(`rule ${rule} of ${entity.name.written}.${field.name.written}`, (node) => {
              if (!ts.isPropertyAssignment(node) || nameOf(node) !== rule) return undefined
              const description = around(node, isObject)
              const whole = description && around(description, isObject)
              if (!description || !whole) return undefined
              const ofField = holds(description, "name", field.name.written) && holds(whole, "path", entity.path)
              return ofField ? "...{}" : undefined
            })
        }))
      ),
      ...eachEntity(project, (entity) => {
        const known = JSON.stringify(entity.fields.map((each) => each.name.written))
        return ["post", "patch"].map((method) => ({
          label: `unknown fields of a ${method} are dropped`,
          edit: (sources) =>
            inHandlers(
              sources,
              method,
              method === "post" ? collection(entity) : member(entity),
              `if (!Array.isArray(req.body)) {
                for (const name of Object.keys(req.body ?? {})) if (!${known}.includes(name)) delete req.body[name];
              }`
            )
        }))
      })
    ]
  },
  {
    name: "wrong status",
    places: (project) => [
      ...eachEntity(project, (entity) => [
        { label: "200 for 201", edit: answers("post", collection(entity), 201, 200) },
        { label: "200 for 204", edit: answers("delete", member(entity), 204, 200) },
        {
          label: "202 for 200 of a change",
          edit: (sources) => inHandlers(sources, "patch", member(entity), "res.status(202);")
        }
      ]),
      ...[
        [400, 422],
        [404, 410],
        [422, 400],
        ...(project.entities.some((entity) => entity.fields.some((field) => field.unique)) ? [[409, 422] as const] : [])
      ].map(([right, wrong]) => ({
        label: `${wrong} for ${right}`,
        edit: (sources: Sources) =>
          sources.rewrite(`problem with status ${right}`, (node) =>
            ts.isNumericLiteral(node) && node.text === `${right}` && ts.isNewExpression(node.parent)
              ? `${wrong}`
              : undefined
          )
      }))
    ]
  },
  {
    name: "missing delete",
    places: (project) =>
      eachEntity(project, (entity) => [
        {
          label: "answers 204 and deletes nothing",
          edit: (sources) => inHandlers(sources, "delete", member(entity), "res.status(204).end(); return;")
        }
      ])
  },
  {
    name: "lost filter",
    places: (project) => [
      ...eachField(project, (entity, field) =>
        filterFields(project, entity).includes(field) && !alwaysEqual(field)
          ? [
              {
                label: "",
                edit: (sources) =>
                  sources.rewrite("condition of a filter", (node, text) => {
                    if (!ts.isTemplateExpression(node) || !/\} = \?`$/.test(text(node))) return undefined
                    const [call] = node.templateSpans
                    const loop = around(node, ts.isForOfStatement)
                    if (call === undefined || loop === undefined || !isPush(node.parent)) return undefined
                    const one = (loop.initializer as ts.VariableDeclarationList).declarations[0]?.name.getText()
                    const lost = `${one}.name === ${JSON.stringify(field.name.written)}`
                    return `${ofEntity(node, entity)} && ${lost} ? "? IS NOT NULL" : ${text(node)}`
                  })
              }
            ]
          : []
      ),
      ...(project.features.has("search")
        ? eachEntity(project, (entity) =>
            searchFields(entity).length === 0 ? [] : [{ label: "q", edit: withoutParameter(entity, "q") }]
          )
        : []),
      ...eachEntity(project, (entity) => [{ label: "sort", edit: withoutParameter(entity, "sort") }])
    ]
  },
  {
    name: "no foreign key",
    places: (project) =>
      eachField(project, (entity, field) =>
        field.type !== "reference"
          ? []
          : [
              {
                label: "",
                edit: (sources) =>
                  sources.rewrite(`foreign key of ${entity.table}.${field.column}`, (node, text) => {
                    if (!ts.isStringLiteralLike(node) || !node.text.includes(`TABLE IF NOT EXISTS "${entity.table}"`)) {
                      return undefined
                    }
                    const key = new RegExp(`(\\n *"${field.column}"[^\\n]*?) REFERENCES [^\\n]*?(,?\\n)`)
                    return key.test(text(node)) ? text(node).replace(key, "$1$2") : undefined
                  })
              }
            ]
      )
  },
  {
    name: "unescaped CSV",
    places: (project) => {
      if (!project.features.has("csv-export")) return []
      const holdsText = (entity: Entity) => searchFields(entity).some((field) => (field.maxLength ?? 1) > 0)
      return [
        ...eachEntity(project, (entity) =>
          holdsText(entity)
            ? [
                {
                  label: "values joined as they are",
                  edit: (sources) =>
                    sources.rewrite("line of CSV", (node, text) => {
                      if (!ts.isIdentifier(node) || !/csv/i.test(node.text)) return undefined
                      if (!ts.isCallExpression(node.parent) || node.parent.expression !== node) return undefined
                      const raw = '((values) => values.join(",") + "\\r\\n")'
                      return `(${ofEntity(node, entity)} ? ${raw} : ${text(node)})`
                    })
                }
              ]
            : []
        ),
        ...(project.entities.some(holdsText)
          ? (["quotes", "formulas"] as const).map((what) => ({
              label: what,
              edit: (sources: Sources) =>
                sources.rewrite(`escaping of ${what}`, (node, text) => {
                  if (!ts.isConditionalExpression(node) || !/csv\.ts$/.test(node.getSourceFile().fileName)) return
                  const pattern = text(node.condition)
                  if (!/^\/.*\.test\(/.test(pattern)) return undefined
                  return pattern.includes('"') === (what === "quotes") ? text(node.whenFalse) : undefined
                })
            }))
          : [])
      ]
    }
  },
  {
    name: "open route",
    places: (project) => {
      if (!project.features.has("user-authentication")) return []
      const open = (method: string, test: string) => ({
        label: method,
        edit: (sources: Sources) =>
          sources.rewrite("gate before /api", (node, text) => {
            const call = node.parent
            if (!call || !ts.isCallExpression(call) || call.arguments[1] !== node) return undefined
            const [path] = call.arguments
            if (path === undefined || !ts.isStringLiteralLike(path) || path.text !== "/api") return undefined
            const condition = `req.method === ${JSON.stringify(method)} && ${test}`
            return `((gate) => (req, res, next) => (${condition} ? next() : gate(req, res, next)))(${text(node)})`
          })
      })
      return [
        ...eachEntity(project, (entity) => [
          open("GET", collection(entity)),
          open("POST", collection(entity)),
          { ...open("GET", member(entity)), label: "GET one" },
          open("PATCH", member(entity)),
          open("DELETE", member(entity)),
          ...(project.features.has("csv-export")
            ? [{ ...open("GET", collection({ path: `${entity.path}.csv` })), label: "CSV" }]
            : [])
        ]).map(({ edit, label }) => ({ edit, label })),
        ...(project.features.has("audit-log")
          ? [{ ...open("GET", collection({ path: "/api/audit-log" })), label: "audit log" }]
          : []),
        { ...open("GET", collection({ path: "/api/auth/me" })), label: "who is signed in" },
        { ...open("POST", collection({ path: "/api/auth/logout" })), label: "sign out" }
      ]
    }
  },
  {
    name: "page size ignored",
    places: (project) => [
      ...eachEntity(project, (entity) =>
        mayBeAlone(entity)
          ? []
          : [
              {
                label: "list",
                edit: (sources) =>
                  sources.rewrite("paging of records", (node, text) => {
                    if (!ts.isTemplateExpression(node) || !text(node).includes("LIMIT ? OFFSET ?")) return undefined
                    const method = around(node, ts.isMethodDeclaration) ?? around(node, ts.isFunctionDeclaration)
                    if (method === undefined || !text(method).includes("pageSize")) return undefined
                    const size = `\${${ofEntity(node, entity)} ? "max(?, 100)" : "?"}`
                    return text(node).replace("LIMIT ?", `LIMIT ${size}`)
                  })
              }
            ]
      ),
      ...(project.features.has("audit-log")
        ? [
            {
              label: "audit log",
              edit: (sources: Sources) =>
                sources.rewrite("paging of the audit log", (node, text) =>
                  ts.isStringLiteralLike(node) && /_audit_log .*LIMIT \? OFFSET \?/.test(node.text)
                    ? text(node).replace("LIMIT ?", "LIMIT max(?, 100)")
                    : undefined
                )
            }
          ]
        : [])
    ]
  }
]

const isObject = ts.isObjectLiteralExpression

/** The rules that a field must keep, as far as keeping them makes a difference. */
const rules = (field: Field): ReadonlyArray<string> => {
  const required = field.required ? ["required"] : []
  switch (field.type) {
    case "string":
    case "text":
      return [
        ...required,
        ...((field.minLength ?? 0) > 0 ? ["minLength"] : []),
        // A longer one would not fit into a body of 1 MB.
        ...(field.maxLength !== undefined && field.maxLength < 200_000 ? ["maxLength"] : [])
      ]
    case "integer":
    case "number":
      return [...required, ...(["min", "max"] as const).filter((limit) => field[limit] !== undefined)]
    default:
      return required
  }
}

/** Whether every record has the same value, so that no list can be narrowed by it. */
const alwaysEqual = (field: Field): boolean => field.type === "enum" && field.required && field.values.length === 1

/** Whether unique fields may leave room for one record only. */
const mayBeAlone = (entity: Entity): boolean =>
  entity.fields.some((field) => field.unique && field.type !== "string" && field.type !== "text" && field.required)

/** Conditions on a request, as code. */
const collection = ({ path }: Pick<Entity, "path">) => `req.originalUrl.split("?")[0] === ${JSON.stringify(path)}`
const member = ({ path }: Pick<Entity, "path">) => `req.originalUrl.startsWith(${JSON.stringify(`${path}/`)})`

/** Whether the code at a node works on an entity, as code. */
const ofEntity = (node: ts.Node, entity: Entity): string => {
  let one: ts.Node | undefined = node
  while (one !== undefined) {
    const parameters = ts.isFunctionLike(one) ? one.parameters : []
    const name = parameters.find((each) => each.type?.getText() === "Entity")?.name.getText()
    if (name !== undefined) return `(${name}.path === ${JSON.stringify(entity.path)})`
    one = one.parent
  }
  throw new Error(`No function around ${node.getText()} takes an entity.`)
}

const isPush = (node: ts.Node): boolean =>
  ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression) && node.expression.name.text === "push"

/** Begins every handler of a method with code of ours, for requests that meet a condition. They know them as `req` and `res`. */
const inHandlers = (sources: Sources, method: string, condition: string, code: string): void =>
  sources.rewrite(`handler of ${method}`, (node, text) => {
    if (!ts.isArrowFunction(node) || !ts.isBlock(node.body) || node.parameters.length < 2) return undefined
    const call = node.parent
    if (!ts.isCallExpression(call) || !ts.isPropertyAccessExpression(call.expression)) return undefined
    if (call.expression.name.text !== method) return undefined
    const [req = "", res = ""] = node.parameters.map((each) => text(each.name))
    const own = `if (${condition}) { ${code} }`.replace(/\breq\b/g, req).replace(/\bres\b/g, res)
    const begin = node.body.getStart() - node.getStart() + 1
    return text(node).slice(0, begin) + own + text(node).slice(begin)
  })

const answers = (method: string, condition: string, right: number, wrong: number) => (sources: Sources) =>
  inHandlers(
    sources,
    method,
    condition,
    `const status = res.status.bind(res); res.status = (code) => status(code === ${right} ? ${wrong} : code);`
  )

const withoutParameter = (entity: Entity, name: string) => (sources: Sources) =>
  inHandlers(
    sources,
    "get",
    collection(entity),
    `const url = new URL(req.originalUrl, "http://localhost");
    url.searchParams.delete(${JSON.stringify(name)});
    req.originalUrl = url.pathname + url.search;`
  )
