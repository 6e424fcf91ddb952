/**
 * What a field of the generated backend accepts, and how its values are stored and read from a query string.
 *
 * Plain text that `Sections.fill` makes fit for one project. Written as the file will stand, apart from escapes.
 *
 * @since 0.1.0
 */
import type { TemplateFile } from "./Sections.ts"

export const valuesFile: TemplateFile = {
  path: "src/records/values.ts",
  text: `/** What each type of field accepts, and how its values are stored and read from a query string. */
import type { Argument } from "../database.ts";
import type { Field, Value } from "./entity.ts";

/** Says what is wrong with a value that is not null; \`undefined\` when nothing is. */
export function problemOf(field: Field, value: unknown): string | undefined {
  switch (field.type) {
    case "string":
    case "text": {
      if (typeof value !== "string") return "must be a string";
      // Half a surrogate pair and U+0000 would not come back from the database as they went in.
      if (/[\\p{Surrogate}\\0]/u.test(value)) return "must not contain U+0000 or unpaired surrogates";
      if (field.type === "string" && /[\\r\\n]/.test(value)) return "must be one line";
      if (field.required && isBlank(value)) return "must not be blank";
      const length = [...value].length;
      if (field.minLength !== undefined && length < field.minLength)
        return \`must have at least \${field.minLength} characters\`;
      if (field.maxLength !== undefined && length > field.maxLength)
        return \`must have at most \${field.maxLength} characters\`;
      return undefined;
    }
    case "integer":
    case "number":
      if (typeof value !== "number" || !Number.isFinite(value)) return "must be a number";
      if (field.type === "integer" && !Number.isSafeInteger(value)) return "must be a whole number";
      if (field.min !== undefined && value < field.min) return \`must be at least \${field.min}\`;
      if (field.max !== undefined && value > field.max) return \`must be at most \${field.max}\`;
      return undefined;
    case "boolean":
      return typeof value === "boolean" ? undefined : "must be true or false";
    case "date":
      return typeof value === "string" && isDay(value) ? undefined : "must be a day such as 2026-02-28";
    case "enum":
      return typeof value === "string" && field.values.includes(value)
        ? undefined
        : \`must be one of \${field.values.map((item) => JSON.stringify(item)).join(", ")}\`;
    case "reference":
      return typeof value === "string" ? undefined : \`must be the id of a \${field.to}\`;
  }
}

/** Reads a value written in a query string; \`undefined\` when the field cannot have it. */
export function parseFilter(field: Field, text: string): Value | undefined {
  switch (field.type) {
    case "integer":
    case "number": {
      const value = Number(text);
      if (!/^[+-]?(\\d+\\.?\\d*|\\.\\d+)(e[+-]?\\d+)?$/i.test(text) || !Number.isFinite(value)) return undefined;
      return field.type === "number" || Number.isSafeInteger(value) ? value : undefined;
    }
    case "boolean":
      return text === "true" ? true : text === "false" ? false : undefined;
    case "date":
    case "enum":
      return problemOf(field, text) === undefined ? text : undefined;
    default:
      return text;
  }
}

export const toColumn = (value: Value): Argument => (typeof value === "boolean" ? Number(value) : value);

export const fromColumn = (field: Field, value: unknown): Value =>
  field.type === "boolean" && value !== null ? value === 1 : (value as Value);

/** Nothing to see: blanks, and characters without a width. */
const isBlank = (text: string) => !/[^\\s\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u206f\\ufeff]/.test(text);

/** A day that exists: the 29th of February only in leap years. */
function isDay(text: string): boolean {
  if (!/^\\d{4}-\\d{2}-\\d{2}$/.test(text)) return false;
  const time = Date.parse(\`\${text}T00:00:00Z\`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}
`
}
