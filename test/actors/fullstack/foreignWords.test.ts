import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Requirements from "../../../actors/fullstack/Requirements.ts"
import * as RequirementsFile from "../../../layers/yaml/RequirementsFile.ts"

/** What is printed for a file with an entity User and a field `b` as written. */
const told = (field: string) => {
  const text = `name: Shop\nentities:\n  User:\n    fields:\n      a: string\n      ${field}\n`
  const file = Effect.runSync(RequirementsFile.parse("f.yaml", text))
  return Effect.runSync(Effect.flip(Effect.mapError(Requirements.parse(file.value), file.locate))).message
}

describe("Requirements.parse, of words from other languages", () => {
  it.each([
    ["b: varchar(255)", "Write { type: string, maxLength: 255 }."],
    ["b: VARCHAR(80) NOT NULL UNIQUE", "Write { type: string, maxLength: 80, required: true, unique: true }."],
    ["b: decimal(10,2)", 'Write "number".'],
    ["b: double precision", 'Write "number".'],
    ["b: unsigned int", 'Write "integer".'],
    ["b: { type: bigint }", 'Write "integer".'],
    ["b: email", 'There is no type "email": write "string".'],
    ["b: json", 'or write "text"'],
    ["b: Record<string, string>", 'or write "text"'],
    ["b: users.id", "Write { type: reference, to: User }."],
    ["b: User", "Write { type: reference, to: User }."],
    ["b: User @relation(fields [userId])", "Write { type: reference, to: User }."],
    ["b: User[]", "A field holds one value"],
    ["b: string[]", "A field holds one value"],
    ["b: String?", 'Write "string". A field may be empty'],
    ["b: String @unique", "Write { type: string, unique: true }."],
    ["b: Int @id @default(autoincrement())", "Every entity has its own id already"],
    ["b: uuid", "Every entity has its own id already"],
    ["b: bytea", "Files are not stored"],
    ["b: enum(red, green)", "Write { type: enum, values: [red, green] }."],
    ["b: ENUM('red','green')", "Write { type: enum, values: [red, green] }."],
    ["b: \"'red' | 'green'\"", "Write { type: enum, values: [red, green] }."],
    ["b: string;", 'Write "string".'],
    ["b: { type: [string, 'null'] }", "A field has one type"],
    ["b: { type: reference, to: users.id }", 'Write "User": a reference names an entity'],
    ["b: { type: reference, to: '#/components/schemas/User' }", 'Write "User"'],
    ["b: { type: reference, to: orders(id) }", "Write the name of the entity alone"],
    ["b: { $ref: '#/components/schemas/User' }", 'stands in "to"'],
    ["b: { type: date, default: now() }", "A default is a fixed value; remove it"],
    ["b: { type: date, default: CURRENT_TIMESTAMP }", "A default is a fixed value; remove it"],
    ["b: { type: integer, default: autoincrement() }", "A default is a fixed value; remove it"],
    ["b: { type: string, nullable: false }", "A field may be empty unless"],
    ["b: { type: string, notNull: true }", 'Write "required: true"'],
    ["b: { type: integer, minimum: 1 }", 'Did you mean "min"?'],
    ["b: { type: string, length: 5 }", 'Did you mean "maxLength"?'],
    ["b: { type: string, pattern: x }", "Formats are not checked"],
    ["b: { type: string, enum: [a] }", "Write { type: enum, values: [...] }."],
    ["b: { type: enum, values: 'x, y' }", "Write [x, y]."],
    ["b: { type: integer, primaryKey: true }", "Every entity has its own id already"]
  ])("names what to write instead of %j", (field, expected) => {
    assert.include(told(field), expected)
  })

  it("does not take an instant for a misspelled date, which would lose the time", () => {
    for (const type of ["datetime", "DateTime", "timestamp", "timestamptz", "TIMESTAMP WITH TIME ZONE"]) {
      assert.notInclude(told(`b: ${type}`), "Did you mean")
      assert.include(told(`b: ${type}`), "A date is a day without a time")
    }
  })

  it("gives no hint that changes a value", () => {
    for (const value of ["1.0", "010", "1e3", "0x1F", "12345678901234567890", "true", "+49123"]) {
      assert.include(told(`b: { type: enum, values: [${value}] }`), `found ${value}, expected text. Put it in quotes.`)
    }
  })

  it("keeps what a file of its own means: an entity wins over a word", () => {
    const text = "name: x\nentities:\n  Image:\n    fields: { a: string }\n  Post:\n    fields: { b: images.id }\n"
    const file = Effect.runSync(RequirementsFile.parse("f.yaml", text))
    const error = Effect.runSync(Effect.flip(Requirements.parse(file.value)))
    assert.include(error.message, "Write { type: reference, to: Image }.")
  })
})
