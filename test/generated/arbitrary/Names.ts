/**
 * Names as people might write them and as attackers would: any Unicode, words that some language keeps for itself, words
 * with odd plurals.
 *
 * Which names are refused is decided by `Names` of the team, because a collision of safe forms is an error: the
 * arbitrary has to know it in order to avoid it. Nothing here is filtered; what would be refused is made another.
 */
import * as fc from "fast-check"
import * as Names from "../../../actors/fullstack/Names.ts"

const words = {
  sql: "select from where order group by having table index values default primary check references transaction trigger view column null unique rowid limit offset case when glob exists sqlite_master SqliteThing",
  javascript:
    "class function new delete typeof instanceof this super null undefined NaN arguments eval await async yield enum interface type module import export static private public let var const void with debugger never unknown any",
  objects:
    "constructor prototype toString valueOf hasOwnProperty then length name toJSON __defineGetter__ Object Array Promise Error Record Partial Map Set Symbol String Number Boolean Date Function Response Request Event Node Element Document Window process global require Buffer React",
  react:
    "key ref children className style htmlFor dangerouslySetInnerHTML onClick value checked disabled label option select form input button title fragment component props state link",
  own: "page pageSize sort q total items errors path message csv json api account session user audit auth health metric openapi dashboard email password login main app list row draft limit created updated",
  irregular:
    "Person Child Sheep Datum Series Species Analysis Criterion Goose Ox Quiz Matrix Bus News Hero Leaf Status",
  plain:
    "Project Task Customer Invoice Line OrderLine dueDate notes amount price quantity first_name Address URL HTTPServer"
}

const awkward = [
  "Größe",
  "länge",
  "任务",
  "标题",
  "Ёлка",
  "الاسم",
  "שם",
  "नाम",
  "İstanbul",
  "ﬁeld",
  "e\u0301tude",
  "𝔘nicode",
  "½ price",
  "2nd",
  "2fa token",
  "007",
  "a.b",
  "a/b",
  "a\\b",
  "x'y",
  '"quoted"',
  "-minus",
  "=SUM(A1)",
  "Key [x]",
  "$ref",
  `\${injected}`,
  "`tick`",
  "<b>bold</b>",
  "*/ end",
  "// line",
  "-- line",
  "{ brace }",
  "100 %",
  "a & b",
  "a=b?c#d",
  "😀 smile",
  "  spaces  ",
  "_private",
  "constructor_",
  `${"long ".repeat(18)}name`
]

const known = [...Object.values(words).flatMap((all) => all.split(" ")), ...awkward]

/** Marks of direction, separators of lines and halves of characters: refused in every text of a requirements file. */
export const refused = /[\p{Surrogate}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu

const other = fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 })

/** Any name that can be made safe. */
const sound = fc
  .oneof(
    { weight: 5, arbitrary: fc.constantFrom(...known) },
    // As a table or a type would be called.
    { weight: 3, arbitrary: fc.constantFrom(...known).map((one) => one.charAt(0).toUpperCase() + one.slice(1)) },
    { weight: 2, arbitrary: other }
  )
  .map((written) => {
    const clean = written.replace(refused, "").replace(/\p{Cc}/gu, "")
    const { kebab } = Names.make(clean)
    // Nothing left of it, or more than the limit (a single sign may become twenty letters).
    if (kebab === "") return `${clean}x`
    if (kebab.length > Names.maxLength) return clean.slice(0, 4)
    return clean === "__proto__" ? "proto" : clean
  })

/** The project's name, a title, a region: one line. */
export const project: fc.Arbitrary<string> = sound

/** An entity's. Its plural must be none of the API's own paths. */
export const entity: fc.Arbitrary<string> = sound.map((written) =>
  ["auth", "audit-log"].includes(Names.plural(written).kebab) ? `${written} thing` : written
)

/** A field's. Every entity has `id`, `createdAt` and `updatedAt` already. */
export const field: fc.Arbitrary<string> = sound.map((written) =>
  ["id", "created-at", "updated-at"].includes(Names.make(written).kebab) ? `${written} of it` : written
)

/** Entities of one file that share this would overwrite each other: their plurals meet where their names do. */
export const entityKey = (written: string): string => Names.plural(written).pascal.toLowerCase()

/** Fields of one entity that share this would. */
export const fieldKey = (written: string): string => Names.make(written).pascal.toLowerCase()
