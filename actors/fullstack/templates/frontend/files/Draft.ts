/** `src/draft.ts` of the generated frontend. Lines that begin with `//?` are explained in Conditional.ts. */
export const text = `/** Between what people type and what the API stores. */
import { type Entity, type Field, type Row, type Value, valueOf } from "./model.ts";

/** What an input holds: text as typed, or whether a box is ticked. */
export type Draft = string | boolean;

/** What the inputs hold at first: the row's values, or the defaults of a new one. */
export function initialDrafts(entity: Entity, row: Row | undefined): ReadonlyMap<string, Draft> {
  return new Map(entity.fields.map((field) => [field.name, initialDraft(field, row)]));
}

function initialDraft(field: Field, row: Row | undefined): Draft {
  const value = row === undefined ? defaultOf(field) : valueOf(row, field.name);
  if (field.type === "boolean") return value === true;
  // The year 0 is one in ISO 8601, but no browser's date input takes it: what is not shown must not be sent.
  if (field.type === "date" && typeof value === "string" && value.startsWith("0000-")) return "";
  return value === null ? "" : String(value);
}

function defaultOf(field: Field): Value {
  return field.type === "reference" ? null : (field.default ?? null);
}

export type Parsed = { readonly value: Value } | { readonly error: string };

/**
 * The value that a draft stands for; an empty optional field is \`null\`. Only what the browser can know is refused here:
 * the server has the last word.
 */
export function parseDraft(field: Field, draft: Draft): Parsed {
  if (typeof draft === "boolean") return { value: draft };
  if (draft === "") return field.required === true ? { error: \`\${field.label} is required.\` } : { value: null };
  switch (field.type) {
    case "integer":
    case "number":
      return parseNumber(field, draft);
    case "string":
    case "text": {
      // Characters as the server counts them: a pair of surrogates is one.
      const length = [...draft].length;
      if (field.minLength !== undefined && length < field.minLength) {
        return { error: \`\${field.label} needs at least \${characters(field.minLength)}.\` };
      }
      if (field.maxLength !== undefined && length > field.maxLength) {
        return { error: \`\${field.label} takes at most \${characters(field.maxLength)}; these are \${length}.\` };
      }
      return { value: draft };
    }
    default:
      return { value: draft };
  }
}

function parseNumber(field: Extract<Field, { readonly type: "integer" | "number" }>, draft: string): Parsed {
  const value = Number(draft);
  if (draft.trim() === "" || !Number.isFinite(value)) return { error: \`\${field.label} must be a number.\` };
  if (field.type === "integer" && !Number.isSafeInteger(value)) {
    return { error: \`\${field.label} must be a whole number.\` };
  }
  if (field.min !== undefined && value < field.min) return { error: \`\${field.label} must be at least \${field.min}.\` };
  if (field.max !== undefined && value > field.max) return { error: \`\${field.label} must be at most \${field.max}.\` };
  return { value };
}

/** A number of characters as people say it. */
export function characters(count: number): string {
  return count === 1 ? "1 character" : \`\${count} characters\`;
}
`
