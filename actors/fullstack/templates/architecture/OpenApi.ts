/**
 * The OpenAPI 3.1 document of the project's API: every path, parameter, limit and answer that people may rely on.
 *
 * Schemas of an entity are called after its safe name, with a suffix that no shared schema has: `TaskRow` is what comes
 * back, `TaskCreate` and `TaskPatch` go in, `TaskPage` is a list. A field that is not required may be null, which means
 * not set, in both directions.
 *
 * @since 0.1.0
 */
import { stringify } from "yaml"
import { type Entity, type Field, filterFields, type Project, refers, rights, searchFields } from "../../Project.ts"
import * as Schemas from "./EntitySchemas.ts"
import * as Paths from "./SharedPaths.ts"
import { error, type Json, json, ref } from "./SharedPaths.ts"

/** The document as a plain value, in a fixed order. */
export const openApi = (project: Project): Json => ({
  openapi: "3.1.0",
  info: {
    title: project.name.written,
    ...(project.description === "" ? {} : { description: project.description }),
    version: "1.0.0"
  },
  servers: [{ url: "/" }],
  ...(project.features.has("user-authentication") ? { security: [{ cookieAuth: [] }] } : {}),
  tags: [...new Set(project.entities.map((entity) => entity.name.written))].map((name) => ({ name })),
  paths: Object.fromEntries([
    ...project.entities.flatMap((entity) => entityPaths(project, entity)),
    ...Paths.paths(project)
  ]),
  components: {
    schemas: {
      ...Object.fromEntries(project.entities.flatMap(Schemas.schemas)),
      ...Paths.schemas(project)
    },
    parameters: Paths.parameters,
    responses: Paths.responses(project),
    ...Paths.securitySchemes(project)
  }
})

const entityPaths = (project: Project, entity: Entity): ReadonlyArray<readonly [string, Json]> => {
  const one = entity.name.title.toLowerCase()
  const many = entity.plural.title.toLowerCase()
  const { pascal } = entity.name
  const tags = [entity.name.written]
  const signedIn = project.features.has("user-authentication") ? [error(401)] : []
  const mayWrite = project.features.has("user-authentication") ? [error(401), error(403)] : []
  const unique = entity.fields.some((field) => field.unique)
  const kept = canBeKept(project, entity)
  const id = { name: "id", in: "path", required: true, schema: { type: "string", format: "uuid" } }
  const body = (schema: string) => ({ required: true, content: json(ref("schemas", schema)) })
  const row = (description: string, headers: Json = {}) => ({
    description,
    ...headers,
    content: json(ref("schemas", `${pascal}Row`))
  })
  const location = {
    headers: {
      Location: { description: `Where the new ${one} is.`, schema: { type: "string", format: "uri-reference" } }
    }
  }
  const tag = { headers: { ETag: { description: "Its state, for If-Match.", schema: { type: "string" } } } }
  const whoMay = entity.access === undefined ? "" : ` ${rights[entity.access].changes}`
  const choosing = [sort(entity), ...search(project, entity), ...filterFields(project, entity).map(filter)]

  return [
    [
      entity.path,
      {
        get: {
          operationId: `list${entity.plural.pascal}`,
          summary: `Lists ${entity.access === "private" ? "one's own " : ""}${many}, the newest first unless sorted.`,
          tags,
          parameters: [ref("parameters", "page"), ref("parameters", "pageSize"), ...choosing],
          responses: Object.fromEntries([
            ["200", { description: `A page of ${many}.`, content: json(ref("schemas", `${pascal}Page`)) }],
            error(400),
            ...signedIn
          ])
        },
        post: {
          operationId: `create${pascal}`,
          summary: `Adds one to the ${many}.`,
          tags,
          requestBody: body(`${pascal}Create`),
          responses: Object.fromEntries([
            ["201", row(`The new ${one}.`, location)],
            error(400),
            ...mayWrite,
            ...(unique ? [error(409)] : []),
            error(413),
            error(415),
            error(422)
          ])
        }
      }
    ],
    ...(project.features.has("csv-export")
      ? ([
          [
            `${entity.path}.csv`,
            {
              get: {
                operationId: `export${entity.plural.pascal}`,
                summary: `All ${many} that the filters choose, as CSV with a header row.`,
                tags,
                parameters: choosing,
                responses: Object.fromEntries([
                  ["200", { description: "One row each.", content: { "text/csv": { schema: { type: "string" } } } }],
                  error(400),
                  ...signedIn
                ])
              }
            }
          ]
        ] as const)
      : []),
    ...(refers(entity)
      ? ([
          [
            `${entity.path}/labels`,
            {
              get: {
                operationId: `label${entity.plural.pascal}`,
                summary: `What the given ${many} refer to, by id: the first string of each, or else its first text.`,
                tags,
                parameters: [ids(many)],
                responses: Object.fromEntries([["200", labels], error(400), ...signedIn])
              }
            }
          ]
        ] as const)
      : []),
    [
      `${entity.path}/{id}`,
      {
        parameters: [id],
        get: {
          operationId: `get${pascal}`,
          summary: `Reads one of the ${many}.`,
          tags,
          responses: Object.fromEntries([["200", row(`The ${one}.`, tag)], error(400), ...signedIn, error(404)])
        },
        patch: {
          operationId: `update${pascal}`,
          summary: `Changes the given fields of one of the ${many}, and no others.${whoMay}`,
          tags,
          parameters: [ref("parameters", "ifMatch")],
          requestBody: body(`${pascal}Patch`),
          responses: Object.fromEntries([
            ["200", row(`The ${one} as it is now.`, tag)],
            error(400),
            ...mayWrite,
            error(404),
            ...(unique ? [error(409)] : []),
            error(412),
            error(413),
            error(415),
            error(422)
          ])
        },
        delete: {
          operationId: `delete${pascal}`,
          summary: `Removes one of the ${many}.${whoMay}`,
          tags,
          parameters: [ref("parameters", "ifMatch")],
          responses: Object.fromEntries([
            ["204", { description: "It is gone." }],
            error(400),
            ...mayWrite,
            error(404),
            ...(kept ? [error(409)] : []),
            error(412)
          ])
        }
      }
    ],
    [
      `${entity.path}/{id}/deletion`,
      {
        parameters: [id],
        get: {
          operationId: `preview${pascal}Deletion`,
          summary: `What removing one of the ${many} would take along, empty, or meet in its way. Changes nothing.`,
          tags,
          responses: Object.fromEntries([
            ["200", { description: "What it would do.", content: json(ref("schemas", "Deletion")) }],
            error(400),
            ...signedIn,
            error(404)
          ])
        }
      }
    ]
  ]
}

/**
 * Whether something may stand in the way of a deletion: of this entity, or of one that would be deleted with it. Rows of
 * others may that would go along.
 */
const canBeKept = (project: Project, entity: Entity): boolean => {
  const goes = new Set([entity.name.written])
  // A Set visits what is added while it is walked, so this follows chains of cascades, and rings only once.
  for (const one of goes) {
    for (const other of project.entities) {
      for (const field of other.fields) {
        if (field.type !== "reference" || field.to !== one) continue
        if (field.onDelete === "restrict") return true
        if (field.onDelete === "cascade") {
          if (other.access === "owner" || other.access === "private") return true
          goes.add(other.name.written)
        }
      }
    }
  }
  return false
}

const ids = (many: string): Json => ({
  name: "ids",
  in: "query",
  description: `Ids of at most 100 ${many}, separated by commas. Those that are not there are passed over.`,
  schema: { type: "string" }
})

const labels: Json = {
  description: "At most 200 characters of each. What has no such text, or is not there for this account, is left out.",
  content: json({
    type: "object",
    properties: { labels: { type: "object", additionalProperties: { type: "string", maxLength: 200 } } },
    required: ["labels"]
  })
}

const sort = (entity: Entity): Json => {
  const fields = ["id", "createdAt", "updatedAt", ...entity.fields.map((field) => field.name.written)]
  return {
    name: "sort",
    in: "query",
    description: 'The field to sort by, with "-" in front for descending. Equal rows are ordered by id.',
    schema: { type: "string", enum: fields.flatMap((name) => [name, `-${name}`]), default: "-createdAt" }
  }
}

const search = (project: Project, entity: Entity): ReadonlyArray<Json> => {
  const fields = searchFields(entity)
  if (!project.features.has("search") || fields.length === 0) return []
  const description = `Text to find in ${fields.map((field) => field.name.written).join(", ")}, in upper or lower case.`
  return [{ name: "q", in: "query", description, schema: { type: "string", maxLength: 200 } }]
}

const filter = (field: Field): Json => ({
  name: field.name.written,
  in: "query",
  description: `Only those whose ${field.name.written} equals this.`,
  schema: Schemas.kind(field)
})

/**
 * `docs/openapi.yaml`. No anchors: some readers of OpenAPI do not know them. Without directives, of which there are none,
 * it is not searched for tags.
 */
export const yamlOf = (document: Json): string =>
  stringify(document, { aliasDuplicateObjects: false, directives: false, lineWidth: 0 })
