/** Values for a field: good ones, each another; the ones at its limits; and bad ones, one for each rule it has. */
import { randomUUID } from "node:crypto"
import type { FieldSpec } from "../../../actors/fullstack/Requirements.ts"

/** The most different values that are made for one field. */
const MANY = 200

/** Good values that differ from each other, in no order; few where the field allows few. Never of a reference. */
export const goodValues = (field: FieldSpec): ReadonlyArray<unknown> => {
  if (field.type === "boolean") return [true, false]
  if (field.type === "enum") return field.values!
  return [...new Set(Array.from({ length: MANY }, (_, n) => nthValue(field, n)))]
}

const nthValue = (field: FieldSpec, n: number): unknown => {
  switch (field.type) {
    case "string":
    case "text": {
      const least = field.minLength ?? 0
      const text = n.toString(36).padStart(Math.max(least, 1), "w")
      return text.length <= (field.maxLength ?? text.length) ? text : text.slice(-field.maxLength!)
    }
    case "integer": {
      const [low, high] = bounds(field, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)
      return low + (n % (Math.min(high - low, MANY) + 1))
    }
    case "number": {
      const [low, high] = bounds(field, -Number.MAX_VALUE, Number.MAX_VALUE)
      const part = n / MANY
      return Math.min(high, Math.max(low, low * (1 - part) + high * part))
    }
    default:
      return new Date(Date.UTC(2026, 0, 1 + n)).toISOString().slice(0, 10)
  }
}

/** The field's own limits where it has them, else some near them or near 0. */
const bounds = ({ max, min }: FieldSpec, lowest: number, highest: number): readonly [number, number] => {
  const low = min ?? (max === undefined ? 0 : Math.max(lowest, max - 1000 - Math.abs(max)))
  return [low, max ?? Math.min(highest, low + 1000 + Math.abs(low))]
}

/** Good values at the edges of what the field takes. Never of a reference. */
export const edgeValues = (field: FieldSpec): ReadonlyArray<unknown> => {
  switch (field.type) {
    case "string":
    case "text": {
      const { maxLength, minLength = 0 } = field
      const hostile = texts.filter(
        (text) =>
          [...text].length >= minLength &&
          [...text].length <= (maxLength ?? 1000) &&
          !(field.required && text.trim() === "") &&
          (field.type === "text" || !/[\r\n]/.test(text))
      )
      return [
        ...hostile,
        "w".repeat(minLength),
        // Characters are code points: each of these is two units of UTF-16.
        "🧵".repeat(minLength),
        ...(maxLength === undefined ? ["w".repeat(20_000)] : ["w".repeat(maxLength), "🧵".repeat(maxLength)])
      ]
    }
    case "integer":
      return [field.min ?? Number.MIN_SAFE_INTEGER, field.max ?? Number.MAX_SAFE_INTEGER]
    case "number":
      return [field.min ?? -Number.MAX_VALUE, field.max ?? Number.MAX_VALUE]
    case "boolean":
      return [true, false]
    case "date":
      return ["2024-02-29", "0001-01-01", "9999-12-31"]
    case "enum":
      return field.values!
    case "reference":
      return []
  }
}

/** Texts that some language between the client and the file could take for something else. */
export const texts: ReadonlyArray<string> = [
  "",
  " ",
  " padded ",
  "null",
  "it's",
  '"',
  "'; DROP TABLE tasks; --",
  "1' OR '1'='1",
  "%' OR 1=1 --",
  "\\",
  "%",
  "_",
  "$" + "{7*7}",
  "<script>alert(1)</script>",
  "=1+1",
  "+1",
  "-1",
  "@SUM(A1)",
  "\t=1",
  "\r=1",
  "\n=1",
  "a,b",
  "a\r\nb",
  'a "quoted", b\nand more',
  "Ærø",
  "日本語",
  "עברית",
  "👩‍👩‍👧‍👦",
  "e\u0301",
  "\u00e9",
  "\u202eabc",
  "\ufeffabc",
  "\u007f\u0001"
]

export interface Bad {
  /** The rule that it breaks. */
  readonly rule: string
  readonly value: unknown
}

/** Bad values, one for each rule of the field. */
export const badValues = (field: FieldSpec): ReadonlyArray<Bad> => [
  ...(field.required ? [{ rule: "required", value: null }] : []),
  ...(field.required && (field.type === "string" || field.type === "text")
    ? [{ rule: "required", value: " ".repeat(Math.max(1, field.minLength ?? 1)) }]
    : []),
  ...wrongTypes(field).map((value) => ({ rule: "type", value })),
  ...brokenRules(field)
]

const wrongTypes = (field: FieldSpec): ReadonlyArray<unknown> => {
  const other = [[], {}, [null], { "": "" }]
  switch (field.type) {
    case "integer":
    case "number":
      return [...other, "1", "", true]
    case "boolean":
      return [...other, "true", "", 0, 1]
    default:
      return [...other, 0, 20260101, true]
  }
}

const brokenRules = (field: FieldSpec): ReadonlyArray<Bad> => {
  const rule = (rule: string, ...values: ReadonlyArray<unknown>) => values.map((value) => ({ rule, value }))
  switch (field.type) {
    case "string":
    case "text": {
      const { maxLength, minLength = 0 } = field
      // Long enough that only the rule in question is broken.
      const sized = (text: string) => text.padEnd(minLength, "w").slice(0, maxLength)
      return [
        ...(minLength > 0 ? rule("minLength", "w".repeat(minLength - 1), "🧵".repeat(minLength - 1)) : []),
        ...(maxLength === undefined ? [] : rule("maxLength", "w".repeat(maxLength + 1), "🧵".repeat(maxLength + 1))),
        ...(field.type === "string" ? rule("one line", sized("\n"), sized("\r")) : []),
        ...rule("no U+0000", sized("\0"))
      ]
    }
    case "integer":
      return [
        ...rule("whole", 0.5, 2 ** 53, -(2 ** 53), 1e300),
        ...(field.min === undefined ? [] : rule("min", field.min - 1)),
        ...(field.max === undefined ? [] : rule("max", field.max + 1))
      ]
    case "number":
      return [
        ...(field.min === undefined || field.min === -Number.MAX_VALUE ? [] : rule("min", next(field.min, -1))),
        ...(field.max === undefined || field.max === Number.MAX_VALUE ? [] : rule("max", next(field.max, 1)))
      ]
    case "boolean":
      return []
    case "date":
      return rule(
        "a day",
        "",
        "2026-02-30",
        "2025-02-29",
        "1900-02-29",
        "2026-13-01",
        "2026-00-10",
        "2026-1-1",
        "20260101",
        "2026-01-01T00:00:00Z",
        " 2026-01-01",
        "+002026-01-01",
        "٢٠٢٦-٠١-٠١"
      )
    case "enum":
      return rule(
        "one of",
        ...["", "no such value", ` ${field.values![0]}`, `${field.values![0]}\0`].filter(
          (value) => !field.values!.includes(value)
        )
      )
    case "reference":
      return rule("a row", "", "no-such-id", randomUUID(), "' OR 1=1 --", "\0")
  }
}

/** The next double above (1) or below (-1). */
const next = (value: number, direction: 1 | -1): number => {
  if (value === 0) return direction * Number.MIN_VALUE
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, value)
  view.setBigInt64(0, view.getBigInt64(0) + BigInt(value > 0 ? direction : -direction))
  return view.getFloat64(0)
}
