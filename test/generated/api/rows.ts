/** Makes rows of any entity, with what they refer to, and remembers what it made. */
import type { FieldSpec } from "../../../actors/fullstack/Requirements.ts"
import type { Client } from "./client.ts"
import type { Api, Collection, Row } from "./description.ts"
import { goodValues } from "./values.ts"

export interface Rows {
  /** A good body with every field, or with the required ones only; another one each time where the fields allow it. */
  readonly body: (collection: Collection, fields?: "all" | "required") => Promise<Row>
  readonly create: (collection: Collection, values?: Row, fields?: "all" | "required") => Promise<Row>
  /** A good value that no row has had, or null where there is none left. */
  readonly value: (field: FieldSpec) => Promise<unknown>
  /** How many rows of it can stand beside each other, counted up to some hundred. */
  readonly capacity: (collection: Collection) => number
  /** Every row of every entity, by its path. */
  readonly everything: () => Promise<Readonly<Record<string, ReadonlyArray<Row>>>>
}

export const makeRows = (client: Client): Rows => {
  const { api } = client
  const drawn = new Map<FieldSpec, number>()
  // By the account as well, for one may not see what another has made.
  const shared = new Map<string, string>()

  const idOf = async (field: FieldSpec): Promise<string> => {
    const target = api.collection(field.to!)
    const key = `${client.cookie} ${field.to}`
    const known = shared.get(key)
    if (known !== undefined && !field.unique) return known
    const { id } = await rows.create(target, {}, "required")
    shared.set(key, id as string)
    return id as string
  }

  const valueOf = async (field: FieldSpec): Promise<unknown> => {
    if (field.type === "reference") return field.required ? idOf(field) : null
    const values = goodValues(field)
    const n = drawn.get(field) ?? 0
    drawn.set(field, n + 1)
    if (field.unique && n >= values.length) {
      if (field.required) throw new Error(`no more values for ${field.name}: ask capacity first`)
      return null
    }
    return values[n % values.length]
  }

  const rows: Rows = {
    value: valueOf,
    async body({ entity }, fields = "all") {
      const row: Row = {}
      for (const field of entity.fields) {
        // A unique default can be taken once only, so such a field is always given.
        if (fields === "all" || (field.required && field.default === undefined) || isUniqueDefault(field)) {
          set(row, field.name, await valueOf(field))
        }
      }
      return row
    },
    async create(collection, values = {}, fields = "all") {
      const body = await rows.body(collection, fields)
      for (const [name, value] of Object.entries(values)) set(body, name, value)
      return (await client.expect(201, "POST", collection.path, { body })).json
    },
    capacity: (collection) => capacityOf(api, collection),
    async everything() {
      const all: Record<string, ReadonlyArray<Row>> = {}
      for (const { path } of api.collections) all[path] = await client.all(path, { sort: "id" })
      return all
    }
  }
  return rows
}

const isUniqueDefault = (field: FieldSpec) => field.unique && field.default !== undefined

const capacityOf = (api: Api, { entity }: Collection): number =>
  Math.min(
    100,
    ...entity.fields
      .filter((field) => field.unique && field.required)
      .map((field) =>
        field.type === "reference" ? capacityOf(api, api.collection(field.to!)) : goodValues(field).length
      )
  )

/** An own property, also where the field is called `__proto__`. */
export const set = (row: Row, name: string, value: unknown) =>
  Object.defineProperty(row, name, { value, enumerable: true, configurable: true, writable: true })

export const changed = (row: Row, name: string, value: unknown): Row => set({ ...row }, name, value)

/** The fields of the entity alone, without what the server adds. */
export const own = (collection: Collection, row: Row): Row =>
  Object.fromEntries(collection.entity.fields.map(({ name }) => [name, row[name]]))
