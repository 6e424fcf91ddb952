/**
 * What to write here for the words of SQL, Prisma, TypeScript, JSON Schema and OpenAPI.
 *
 * People describe their data in the language they know. A near name is no help to them (`datetime` is no misspelled
 * `date`, and a date would lose the time), so each word they bring gets the field that keeps the same, or a sentence
 * that says what there is instead.
 *
 * @since 0.1.0
 */
import { nearest } from "../../../src/team/NearestName.ts"

/** Words by the sentence they get; `%` is the word as written, without its arguments. */
const sentences: ReadonlyArray<readonly [words: string, sentence: string]> = [
  [
    "datetime datetime2 smalldatetime timestamp timestamptz datetimeoffset instant zoneddatetime localdatetime",
    `A date is a day without a time. Write "string" for a time of day as well (2026-02-28T10:00:00Z); every entity has createdAt and updatedAt already.`
  ],
  [
    "time timetz interval duration year",
    `There is no type for it: write "string", or "integer" for a number of units.`
  ],
  [
    "json jsonb object any unknown map record dict hash hstore struct xml",
    `There is no type for structures: make it an entity of its own and refer to it, or write "text".`
  ],
  [
    "array list set vector",
    `A field holds one value: make the items an entity of their own, with a reference back to this one.`
  ],
  [
    "blob binary bytes bytea varbinary buffer file image media attachment",
    `Files are not stored: write "string" and keep their address.`
  ],
  [
    "uuid guid cuid ulid nanoid objectid oid",
    `Every entity has its own id already. For another entity's write { type: reference, to: … }, for any other "string".`
  ],
  [
    "serial bigserial smallserial autoincrement identity id primarykey pk",
    `Every entity has its own id already: remove the field, or write "integer".`
  ],
  [
    "email mail url uri link href phone tel slug password secret color colour ip inet cidr macaddr hostname domain country currency locale timezone",
    `There is no type "%": write "string".`
  ],
  [
    "point geometry geography location latlng geo",
    `Write two fields of type "number", such as latitude and longitude.`
  ],
  ["percent percentage money currencyamount amount price", `Write "number".`],
  [
    "fk foreignkey relation relationship references ref belongsto hasone manytoone onetoone",
    "Write { type: reference, to: … } with the name of an entity."
  ],
  [
    "hasmany manytomany onetomany many2many hasandbelongstomany",
    "A reference stands on the side of the many: give the other entity { type: reference, to: … }, or make an entity of both."
  ],
  ["choice choices options select oneof union literal", "Write { type: enum, values: [...] }."],
  ["null undefined void never", "Leave the field out."]
]

/** Types that are ours under another name. */
const types: ReadonlyArray<readonly [words: string, type: string]> = [
  ["string str varchar varchar2 nvarchar char nchar character bpchar citext ustring", "string"],
  ["text tinytext mediumtext longtext ntext clob markdown richtext html multiline textarea", "text"],
  ["integer int int2 int4 int8 int16 int32 int64 uint bigint smallint tinyint mediumint long short counter", "integer"],
  ["number float float4 float8 real double decimal numeric dec", "number"],
  ["boolean bool bit flag checkbox", "boolean"],
  ["date day localdate dateonly", "date"]
]

const sentenceOf = new Map(sentences.flatMap(([words, sentence]) => words.split(" ").map((word) => [word, sentence])))

const typeOf = new Map(types.flatMap(([words, type]) => words.split(" ").map((word) => [word, type])))

/** What to write for a type of another language; nothing where the word is none that we know. */
export const type = (written: string, entities: ReadonlyArray<string>): string | undefined => {
  if (written.length > 200) return undefined
  const text = written
    .replace(/\s*(\/\/|--).*$/, "")
    .trim()
    .replace(/[;,]+$/, "")
  const choices = union(text)
  if (choices !== undefined) return `Write { type: enum, values: [${choices}] }.`
  const head = /^(character varying|double precision|unsigned \w+|[\p{L}_][\p{L}\p{N}_]*)\s*(\(([^)]*)\))?/iu.exec(text)
  if (head === null) return undefined
  const [all, name = "", , argument = ""] = head
  const rest = text.slice(all.length)
  const word = name
    .toLowerCase()
    .replace(/^character varying$/, "varchar")
    .replace(/^double precision$/, "double")
    .replace(/^unsigned /, "")
    .replaceAll("_", "")
  if (/^\s*</.test(rest)) return sentenceOf.get(word) ?? sentenceOf.get("array")
  if (/^\s*\[\]/.test(rest)) return sentenceOf.get("array")
  const options = [
    ...(/\bnot\s+null\b|!$|\brequired\b|@IsNotEmpty/i.test(rest) ? ["required: true"] : []),
    ...(/\bunique\b/i.test(rest) ? ["unique: true"] : [])
  ]
  if (/\bprimary\s+key\b|@id\b|\bautoincrement\b/i.test(rest)) return sentenceOf.get("pk")
  const ours = typeOf.get(word)
  if (ours !== undefined) {
    const length = ours === "string" && /^\d+$/.test(argument.trim()) ? [`maxLength: ${Number(argument)}`] : []
    const known = [...length, ...options]
    const optional = /\?|\bnull\b|undefined/i.test(rest.replace(/not\s+null/i, ""))
      ? ` A field may be empty unless it says "required: true".`
      : ""
    return known.length === 0
      ? `Write "${ours}".${optional}`
      : `Write { type: ${[ours, ...known].join(", ")} }.${optional}`
  }
  const entity = entityOf(/^\.\s*\w+/.test(rest) || rest.replace(/[?!]|@.*$/g, "").trim() === "" ? name : "", entities)
  const column = /^\.\s*\w+/.test(rest)
  // A name of an entity wins over a word: somebody has an entity "Image".
  if (entity !== undefined && (column || !sentenceOf.has(word))) return referenceTo(entity, options)
  if (column) return `Write { type: reference, to: … } with the name of an entity.`
  return sentenceOf.get(word)?.replace("%", name)
}

const referenceTo = (entity: string, options: ReadonlyArray<string>) =>
  `Write { ${["type: reference", `to: ${entity}`, ...options].join(", ")} }.`

/** What to write for the `to` of a reference: `users.id` is User. */
export const target = (written: string, entities: ReadonlyArray<string>): string | undefined => {
  const path = /^(?:#\/(?:[\w$]+\/)+)?([\p{L}_][\p{L}\p{N}_ -]*?)(?:\s*[.(]\s*\w+\s*\)?|\[\])?$/u.exec(written.trim())
  const entity = path === null ? undefined : entityOf(path[1]!, entities)
  if (entity !== undefined) return `Write "${entity}": a reference names an entity and means its id.`
  return /[.(]\s*\w+\s*\)?$/.test(written) ? "Write the name of the entity alone: a reference means its id." : undefined
}

/** The entity that a table or a type of this name is: singular or plural, in any case, with or without underscores. */
const entityOf = (word: string, entities: ReadonlyArray<string>): string | undefined => {
  const bare = (text: string) => text.toLowerCase().replaceAll(/[_\s-]/g, "")
  const forms = (text: string) => [
    bare(text),
    bare(text).replace(/ies$/, "y"),
    bare(text).replace(/s$/, ""),
    bare(text).replace(/es$/, "")
  ]
  if (word === "") return undefined
  return entities.find((one) => forms(word).includes(bare(one)) || forms(one).includes(bare(word)))
}

/** `'a' | 'b'`, `enum(a, b)`, `ENUM('a','b')` as a list. */
const union = (text: string): string | undefined => {
  const inside =
    /^(?:enum|set|choice|oneof)\s*[([{]([^)\]}]*)[)\]}]/i.exec(text)?.[1] ?? (text.includes("|") ? text : undefined)
  if (inside === undefined) return undefined
  const values = inside
    .split(/[,|]/)
    .map((one) => one.trim().replace(/^(["'])(.*)\1$/, "$2"))
    .filter((one) => one !== "")
  if (inside === text && values.some((one) => typeOf.has(one.toLowerCase()) || one === "null")) return undefined
  return values.length === 0 ? "…" : values.join(", ")
}

/** Keys by the sentence they get. */
const keys: ReadonlyArray<readonly [words: string, sentence: string]> = [
  ["nullable null optional allownull blank", `A field may be empty unless it says "required: true".`],
  ["notnull nonnull mandatory notempty", `Write "required: true".`],
  ["primarykey primary pk autoincrement identity generated", "Every entity has its own id already: remove the key."],
  ["index indexed key indexes", `Remove the key; "unique: true" forbids that a value comes twice.`],
  ["enum choices options oneof anyof literals allowed", "Write { type: enum, values: [...] }."],
  ["format pattern regex regexp match validate validation check", "Formats are not checked: remove the key."],
  [
    "references ref $ref entity target model table foreignkey relation relationto",
    `The other entity stands in "to", with the type reference.`
  ],
  ["defaultvalue defaultsto initial", `Did you mean "default"?`],
  ["title label comment help note hint summary", `Did you mean "description"?`],
  ["items properties additionalproperties", "A field holds one value: make it an entity of its own, with a reference."],
  ["precision scale multipleof step", "Digits are not limited: remove the key."],
  [
    "readonly writeonly hidden private example examples deprecated",
    "There is no such thing for a field: remove the key."
  ]
]

const keyOf = new Map(keys.flatMap(([words, sentence]) => words.split(" ").map((word) => [word, sentence])))

/** What to write for an option of another language. `known`: the options that this field has. */
export const option = (written: string, known: ReadonlyArray<string>): string | undefined => {
  const word = written.toLowerCase().replaceAll(/[_-]/g, "")
  const one = (name: string) => (known.includes(name) ? `Did you mean "${name}"?` : undefined)
  if (/^(minimum|gte|ge|min|lower|from|exclusiveminimum|gt)$/.test(word)) return one("min") ?? one("minLength")
  if (/^(maximum|lte|le|max|upper|exclusivemaximum|lt)$/.test(word)) return one("max") ?? one("maxLength")
  if (/^(length|size|len|maxlen|limit)$/.test(word)) return one("maxLength") ?? one("max")
  if (/^minlen$/.test(word)) return one("minLength")
  if (/^ondelete|ondeletion$/.test(word)) return one("onDelete")
  if (known.some((name) => name.toLowerCase() === word) || nearest(written, known)?.toLowerCase() === word)
    return undefined
  return keyOf.get(word)
}

/** Keys of an entity, and of the file. */
export const section = (written: string): string | undefined => {
  const word = written.toLowerCase().replaceAll(/[_-]/g, "")
  if (/^(properties|columns|attributes|props)$/.test(word)) return `Did you mean "fields"?`
  if (word === "required") return `Write "required: true" at each field itself.`
  if (/^(models|tables|schemas|definitions|components|types|collections|resources)$/.test(word))
    return `Did you mean "entities"?`
  if (/^(openapi|swagger|\$schema|info|paths|\$id)$/.test(word))
    return "This is no OpenAPI or JSON Schema document: write name and entities instead."
  if (/^(relations|relationships|references|foreignkeys)$/.test(word))
    return "A reference is a field: { type: reference, to: … }."
  if (/^(unique|indexes|index|constraints|primarykey)$/.test(word)) return `Write "unique: true" at the field itself.`
  if (word === "title") return `Did you mean "name"?`
  return undefined
}

/** A default that another language would compute. */
export const isComputed = (written: unknown): boolean =>
  typeof written === "string" &&
  /^(now|today|current_?(timestamp|date|time)|getdate|sysdate|uuid(_generate_v4)?|gen_random_uuid|cuid|autoincrement|auto|date\.now|new date|nextval|dbgenerated|utcnow)\b\s*(\(.*\))?$/i.test(
    written.trim()
  )

/** The step that helps where a default was to be computed. */
export const noComputed = "A default is a fixed value; remove it. Every entity gets createdAt and updatedAt by itself."
