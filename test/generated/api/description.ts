/**
 * What is known of a project before it is asked anything: its requirements, and the OpenAPI document that its backend
 * serves. The two meet in the tags, which are the entities' names as written; nothing else is taken for granted.
 */
import type { EntitySpec, FieldSpec, Requirements } from "../../../actors/fullstack/Requirements.ts"

export type Json = Record<string, unknown>

/** A row, or a body that shall become one. Fields are own properties, whatever their names. */
export type Row = Record<string, unknown>

export interface Parameter {
  readonly name: string
  readonly in: "query" | "path"
  readonly schema: Json
}

export interface Operation {
  readonly method: string
  /** As the document writes it: `/api/tasks/{id}`. */
  readonly path: string
  /** Statuses with, for each, the place of its schema in the document by media type. */
  readonly responses: ReadonlyMap<number, ReadonlyMap<string, string>>
  readonly parameters: ReadonlyArray<Parameter>
  /** The place of the body's schema; undefined where there is no body. */
  readonly body: string | undefined
  readonly needsSession: boolean
}

/** One entity as the API has it. */
export interface Collection {
  readonly entity: EntitySpec
  readonly path: string
  /** `/api/tasks/{id}`. */
  readonly item: string
  /** `/api/tasks.csv`, where there is one. */
  readonly csv: string | undefined
  /** `/api/tasks/labels`, where tasks refer to something. */
  readonly labels: string | undefined
  /** Fields that a list takes as filters. */
  readonly filters: ReadonlyArray<FieldSpec>
  readonly searchable: boolean
}

export interface Api {
  readonly document: Json
  readonly requirements: Requirements
  readonly operations: ReadonlyArray<Operation>
  readonly collections: ReadonlyArray<Collection>
  readonly has: (feature: Requirements["features"][number]) => boolean
  readonly operation: (method: string, path: string) => Operation | undefined
  readonly collection: (entity: string) => Collection
}

export const describeApi = (requirements: Requirements, document: Json): Api => {
  const operations: Array<Operation> = []
  const tagged = new Map<string, Array<Operation>>()
  for (const [path, item] of Object.entries(document.paths as Record<string, Json>)) {
    for (const method of methods) {
      const operation = item[method] as Json | undefined
      if (operation === undefined) continue
      const one = readOperation(document, path, method, item, operation)
      operations.push(one)
      for (const tag of (operation.tags ?? []) as ReadonlyArray<string>) {
        tagged.set(tag, [...(tagged.get(tag) ?? []), one])
      }
    }
  }
  const collections = requirements.entities.map((entity) => readCollection(entity, tagged.get(entity.name) ?? []))
  return {
    document,
    requirements,
    operations,
    collections,
    has: (feature) => requirements.features.includes(feature),
    operation: (method, path) => operations.find((one) => one.method === method && one.path === path),
    collection: (name) => collections.find(({ entity }) => entity.name === name)!
  }
}

const methods = ["get", "post", "put", "patch", "delete", "head", "options"]

const readOperation = (document: Json, path: string, method: string, item: Json, operation: Json): Operation => {
  const at = ["paths", path, method]
  const responses = Object.keys(operation.responses as Json).map((status) => {
    const [place, response] = follow(document, [...at, "responses", status])
    return [Number(status), contents(place, response)] as const
  })
  const parameters = [item, operation].flatMap((owner) =>
    ((owner.parameters ?? []) as ReadonlyArray<Json>).map((one) => resolve(document, one) as unknown as Parameter)
  )
  const security = (operation.security ?? document.security ?? []) as ReadonlyArray<Json>
  return {
    method: method.toUpperCase(),
    path,
    responses: new Map(responses),
    parameters,
    body:
      operation.requestBody === undefined
        ? undefined
        : contents([...at, "requestBody"], operation.requestBody as Json).get("application/json"),
    needsSession: security.length > 0
  }
}

const readCollection = (entity: EntitySpec, operations: ReadonlyArray<Operation>): Collection => {
  const path = operations.find(({ method }) => method === "POST")!.path
  const list = operations.find((one) => one.method === "GET" && one.path === path)!
  const taken = new Set(list.parameters.map(({ name }) => name))
  // Where a field is called like a parameter of the list itself, the parameter is the list's.
  const own = new Set(["page", "pageSize", "sort", "q"])
  return {
    entity,
    path,
    item: operations.find(({ method }) => method === "PATCH")!.path,
    labels: operations.find((one) => one.path === `${path}/labels`)?.path,
    csv: operations.find((one) => one.path.endsWith(".csv"))?.path,
    filters: entity.fields.filter(({ name }) => taken.has(name) && !own.has(name)),
    searchable: taken.has("q") && entity.fields.some(({ type }) => type === "string" || type === "text")
  }
}

const contents = (place: ReadonlyArray<string>, owner: Json): ReadonlyMap<string, string> =>
  new Map(
    Object.keys((owner.content ?? {}) as Json).map((type) => [type, pointer([...place, "content", type, "schema"])])
  )

const pointer = (path: ReadonlyArray<string>) =>
  path.map((part) => `/${encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1"))}`).join("")

/** The value at a place of the document, and where it is after following a reference. */
const follow = (document: Json, path: ReadonlyArray<string>): readonly [ReadonlyArray<string>, Json] => {
  const value = path.reduce<Json>((value, part) => value[part] as Json, document)
  return typeof value.$ref === "string" ? follow(document, placeOf(value.$ref)) : [path, value]
}

const resolve = (document: Json, value: Json): Json =>
  typeof value.$ref === "string" ? follow(document, placeOf(value.$ref))[1] : value

const placeOf = ($ref: string) => $ref.slice(2).split("/")
