/**
 * One field of an entity, as it stands in a requirements file: every type with every option, within what its own limits
 * allow. A reference does not know the entities yet: it carries a number that `Requirements` turns into one of them.
 */
import * as fc from "fast-check"
import * as Names from "./Names.ts"

type Options = Readonly<Record<string, unknown>>

export interface Reference {
  readonly type: "reference"
  /** Which entity, counted round those that are possible. */
  readonly target: number
  readonly options: { readonly required?: boolean; readonly onDelete?: "restrict" | "cascade" | "setNull" }
}

/** A finished definition, or a reference that still needs its entity. */
export type Definition = { readonly type: "plain"; readonly written: unknown } | Reference

/** Text of some lines, as a description. */
export const text: fc.Arbitrary<string> = fc
  .oneof(
    fc.constantFrom(
      "",
      "it's",
      '"',
      "*/",
      "-- x",
      "a | b",
      "`",
      `\${x}`,
      "</script>",
      "\\",
      "\\u0041",
      "%s",
      "a\nb\r\nc",
      "\t"
    ),
    fc.string({ unit: "grapheme", maxLength: 20 })
  )
  .map((one) => one.replace(Names.refused, "").replace(/(?![\t\n\r])\p{Cc}/gu, ""))

/** One line that is not blank. */
export const line: fc.Arbitrary<string> = text.map((one) => {
  const flat = one.replace(/[\n\r]/g, " ")
  return flat.trim() === "" ? `${flat}x` : flat
})

const flags = { required: fc.boolean(), unique: fc.boolean(), description: text }

/** Some of the options, each in half of the cases. */
const some = <T>(options: { readonly [Key in keyof T]: fc.Arbitrary<T[Key]> }) =>
  fc.record<T, never>(options, { requiredKeys: [] })

const without = (options: Options, ...keys: ReadonlyArray<string>): Options =>
  Object.fromEntries(Object.entries(options).filter(([key]) => !keys.includes(key)))

// `string` and `text`: `span` is the distance from the least length to the greatest.
const texts = (type: "string" | "text") =>
  some({
    ...flags,
    minLength: fc.oneof(fc.nat(3), fc.nat(200)),
    span: fc.oneof(fc.nat(3), fc.constantFrom(80, 255, 10_000)),
    default: type === "string" ? fc.oneof(line, fc.constant("")) : text
  }).map((chosen) => {
    const least = chosen.minLength ?? (chosen.required === true ? 1 : 0)
    const most = chosen.span === undefined ? undefined : Math.max(1, least + chosen.span)
    return {
      type,
      ...without(chosen, "span", "default"),
      ...(most === undefined ? {} : { maxLength: most }),
      ...(chosen.default === undefined ? {} : { default: fitted(chosen.default, least, most) })
    }
  })

/** The text, made longer or shorter, counted in code points; never blank by being cut. */
const fitted = (written: string, least: number, most: number | undefined): string => {
  const points = [...written].slice(0, most)
  const cut = points.join("")
  if (points.length > 0 && cut.trim() === "") return "x".repeat(Math.max(1, least))
  return cut + "x".repeat(Math.max(0, least - points.length))
}

const numbers = (type: "integer" | "number") => {
  const one =
    type === "integer"
      ? fc.oneof(fc.integer({ min: -100, max: 100 }), fc.maxSafeInteger())
      : fc.oneof(
          fc.integer({ min: -10_000, max: 10_000 }).map((n) => n / 100),
          fc.double({ noNaN: true, noDefaultInfinity: true })
        )
  return some({ ...flags, min: one, max: one, default: one }).map((chosen) => {
    const { max, min } =
      chosen.min !== undefined && chosen.max !== undefined && chosen.min > chosen.max
        ? { min: chosen.max, max: chosen.min }
        : chosen
    const initial =
      chosen.default === undefined
        ? undefined
        : Math.min(Math.max(chosen.default, min ?? chosen.default), max ?? Number.POSITIVE_INFINITY)
    return {
      type,
      ...without(chosen, "min", "max", "default"),
      ...(min === undefined ? {} : { min }),
      ...(max === undefined ? {} : { max }),
      ...(initial === undefined ? {} : { default: initial })
    }
  })
}

const day = fc.oneof(
  fc.constantFrom("2024-02-29", "2000-02-29", "0000-01-01", "9999-12-31", "1970-01-01"),
  fc
    .date({ min: new Date("1000-01-01T00:00:00Z"), max: new Date("9999-12-31T00:00:00Z"), noInvalidDate: true })
    .map((date) => date.toISOString().slice(0, 10))
)

const enumValue = fc.oneof(
  fc.constantFrom(
    "open",
    "Open",
    "OPEN",
    "__proto__",
    "constructor",
    "null",
    "true",
    "0",
    "a,b",
    "it's",
    'say "so"',
    "=1+1"
  ),
  line
)

const enums = some({ ...flags, default: fc.nat(7) }).chain((chosen) =>
  fc.uniqueArray(enumValue, { minLength: 1, maxLength: 6 }).map((values) => ({
    type: "enum",
    values,
    ...without(chosen, "default"),
    ...(chosen.default === undefined ? {} : { default: values[chosen.default % values.length] })
  }))
)

// A mapping with nothing but a type may be written as the type alone.
const plain = (field: fc.Arbitrary<Options>): fc.Arbitrary<Definition> =>
  fc.tuple(field, fc.boolean()).map(([definition, short]) => ({
    type: "plain",
    written: short && Object.keys(definition).length === 1 ? definition.type : definition
  }))

const shortest = fc
  .constantFrom("string", "text", "integer", "number", "boolean", "date")
  .map((type): Definition => ({ type: "plain", written: type }))

const reference: fc.Arbitrary<Definition> = fc.record({
  type: fc.constant("reference" as const),
  target: fc.nat(1000),
  options: some({ ...flags, onDelete: fc.constantFrom("restrict" as const, "cascade" as const, "setNull" as const) })
})

/** Any field. The simplest stands first, where shrinking ends. */
export const definition: fc.Arbitrary<Definition> = fc.oneof(
  { weight: 3, arbitrary: shortest },
  { weight: 2, arbitrary: plain(texts("string")) },
  { weight: 1, arbitrary: plain(texts("text")) },
  { weight: 1, arbitrary: plain(numbers("integer")) },
  { weight: 1, arbitrary: plain(numbers("number")) },
  {
    weight: 1,
    arbitrary: plain(some({ ...flags, default: fc.boolean() }).map((all) => ({ type: "boolean", ...all })))
  },
  { weight: 1, arbitrary: plain(some({ ...flags, default: day }).map((all) => ({ type: "date", ...all }))) },
  { weight: 1, arbitrary: plain(enums) },
  { weight: 3, arbitrary: reference }
)
