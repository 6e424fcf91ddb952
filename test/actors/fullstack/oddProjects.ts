/** Requirements unlike the example, for tests that promise something for any valid input. */
type Value = Readonly<Record<string, unknown>>

/** One entity with one field, and nothing else said. */
export const smallest: Value = { name: "Notes", entities: { Note: { fields: { text: "text" } } } }

/** Thirty entities, each referring to the next, the last to the first; every other one also to itself. */
export const ring: Value = {
  name: "Ring",
  scale: "large",
  features: ["search", "audit-log"],
  entities: Object.fromEntries(
    Array.from({ length: 30 }, (_, index) => [
      `Node${index}`,
      {
        fields: {
          label: { type: "string", required: true },
          next: {
            type: "reference",
            to: `Node${(index + 1) % 30}`,
            onDelete: ["restrict", "cascade", "setNull"][index % 3]
          },
          ...(index % 2 === 0 ? { self: { type: "reference", to: `Node${index}`, onDelete: "setNull" } } : {})
        }
      }
    ])
  )
}

/** Unicode, words of SQL and TypeScript, names that a list's own parameters use, and text that looks like markup. */
export const awkward: Value = {
  name: 'Größe & 任务 "quoted" */ -- `x`',
  description: "Text with | bars, <b>tags</b>, `ticks` and\n\nseveral paragraphs.",
  features: ["user-authentication", "search", "audit-log", "csv-export"],
  entities: {
    Order: { fields: { select: "text", from: { type: "reference", to: "User" }, index: "integer", page: "integer" } },
    User: { fields: { class: { type: "string", required: true, unique: true }, q: "string", sort: "number" } },
    Class: { fields: { toString: "text", values: { type: "enum", values: ["it's", 'say "so"', "a|b", "`"] } } },
    Größe: { fields: { länge: { type: "number", default: -1.5 }, "2nd": { type: "date", default: "2024-02-29" } } },
    任务: { description: "Ein | Balken", fields: { 标题: "string", größe: { type: "reference", to: "Größe" } } },
    Audit: { fields: { when: "date" } },
    SqliteThing: { fields: { pk: "boolean", rowid: "integer" } },
    Sheep: { fields: { wool: { type: "boolean", default: true } } },
    Account: { fields: { email: "string" } }
  },
  ui: { title: "<script>", pages: ["dashboard"] }
}

/** Every type with every option. */
export const everything: Value = {
  name: "Everything",
  scale: "enterprise",
  features: ["csv-export", "audit-log", "search", "user-authentication"],
  entities: {
    Owner: { fields: { code: { type: "string", required: true, unique: true, minLength: 1, maxLength: 8 } } },
    Thing: {
      description: "Has it all.",
      fields: {
        line: { type: "string", required: true, minLength: 2, maxLength: 5, default: "ab", description: "A line." },
        prose: { type: "text", minLength: 1, maxLength: 9000, default: "a\nb" },
        count: { type: "integer", min: -3, max: 3, default: 0, unique: true },
        ratio: { type: "number", min: 0.5, max: 1e300, default: 0.75 },
        flag: { type: "boolean", required: true },
        day: { type: "date", required: true, default: "2000-02-29" },
        state: { type: "enum", values: ["on", "off", "'"], default: "'", required: true },
        kept: { type: "reference", to: "Owner", required: true },
        owned: { type: "reference", to: "Owner", onDelete: "cascade", unique: true },
        loose: { type: "reference", to: "Thing", onDelete: "setNull" }
      }
    }
  },
  ui: { title: "All", theme: "dark", pages: ["dashboard"] },
  architecture: { style: "services" },
  constraints: { expectedUsers: 100_000, availability: 99.95, region: "us" }
}

/** By name, for `describe.each`. */
export const all: ReadonlyArray<readonly [string, Value]> = [
  ["one entity", smallest],
  ["thirty entities with references in a ring", ring],
  ["unicode, reserved words and markup", awkward],
  ["every type, option and feature", everything]
]
