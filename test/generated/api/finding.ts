/** Search and export: the same rows as the list, chosen by the same means. */
import { assert } from "@effect/vitest"
import type { FieldSpec } from "../../../actors/fullstack/Requirements.ts"
import { badPaths, type Client } from "./client.ts"
import type { Collection, Row } from "./description.ts"
import type { Exercised } from "./exercised.ts"
import { populate } from "./listing.ts"
import { set } from "./rows.ts"
import { texts } from "./values.ts"

const searched = ({ entity }: Collection) => entity.fields.filter(({ type }) => type === "string" || type === "text")

/** Rows whose texts have what searches and exports may stumble over, one each, as far as the fields take them: gives those. */
const populateTexts = async (client: Client, words: ReadonlyArray<string>): Promise<Exercised> => {
  const rows = await populate(client, 3)
  const taken = new Set<string>()
  for (const collection of client.api.collections) {
    if (rows.capacity(collection) < 100) continue
    const fields = searched(collection)
    for (const [n, word] of words.entries()) {
      // In turn, so that each field gets its share.
      const field = [...fields.slice(n % fields.length), ...fields].find((field) => takes(field, word))
      if (field === undefined) continue
      await rows.create(collection, set({}, field.name, word), "required")
      taken.add(word)
    }
  }
  return taken
}

const takes = ({ maxLength, minLength = 0, required, type }: FieldSpec, word: string) =>
  !(required && word.trim() === "") &&
  [...word].length >= minLength &&
  [...word].length <= (maxLength ?? word.length) &&
  (type === "text" || !/[\r\n]/.test(word))

const wanted: ReadonlyArray<string> = [
  "50% off",
  "5000 off",
  "a_b",
  "axb",
  "back\\slash",
  "ÄRGER und ärger",
  "ÖlÜ",
  "naïve",
  "nai\u0308ve",
  "it's [a-z]*?",
  "ИВАН Иванов",
  "日本語",
  "x^y]z",
  "🧵🪡"
]

const queries = [
  ...["", "%", "_", "\\", "'", '"', "*", "?", "[", "]", "^", "[a-z]", "a?b", "*?", "-", "' OR 1=1 --", "%%", "__"],
  ...["ärger", "ÄRGER", "rGe", "ölü", "ÖLÜ", "naïve", "NAI\u0308VE", "ïV", "иван", "本", "🪡", "off", "OFF", "50%"],
  ...["no such text", "\0", "%\0", "5\0", "\u202e", "w".repeat(200), "*".repeat(200), "[".repeat(200), "ä".repeat(200)]
]

const fold = (text: string) => text.normalize("NFC").toLowerCase()

/** What searching exercises where there is room for every text: each is stored, and each query that is in one finds it. */
export const searchable: ReadonlyArray<string> = [
  ...wanted,
  ...queries.filter((q) => q !== "" && wanted.some((text) => fold(text).includes(fold(q)))).map((q) => `?q=${q}`)
]

/** Says which texts were stored, and which queries found some rows but not all. */
export const search = async (client: Client): Promise<Exercised> => {
  const exercised = new Set(await populateTexts(client, wanted))
  for (const collection of client.api.collections) {
    const { path } = collection
    if (!collection.searchable) {
      if (collection.entity.fields.some(({ name }) => name === "q")) continue
      assert.deepStrictEqual(badPaths(await client.expect(400, "GET", `${path}?q=x`)), ["q"])
      continue
    }
    const all = await client.all(path, { sort: "id" })
    const having = (q: string) =>
      all.filter((row) =>
        q === "" ? true : searched(collection).some(({ name }) => fold(String(row[name] ?? "")).includes(fold(q)))
      )
    for (const q of queries) {
      const found = await client.all(path, { q, sort: "id" })
      assert.deepStrictEqual(found, having(q), `${path}?q=${q}`)
      if (found.length > 0 && found.length < all.length) exercised.add(`?q=${q}`)
    }
    // With the filters of the first row it finds.
    const [first] = having("off")
    const filter = collection.filters.find(({ name, type }) => type === "string" && typeof first?.[name] === "string")
    if (filter !== undefined) {
      const query = { q: "off", [filter.name]: String(first![filter.name]), sort: "id" }
      const both = having("off").filter((row) => row[filter.name] === first![filter.name])
      assert.deepStrictEqual(await client.all(path, query), both)
    }
    for (const bad of [`q=${"w".repeat(201)}`, "q=a&q=b"]) {
      assert.deepStrictEqual(badPaths(await client.expect(400, "GET", `${path}?${bad}`)), ["q"])
    }
  }
  return exercised
}

/** Says which texts were exported. */
export const csv = async (client: Client): Promise<Exercised> => {
  const exercised = await populateTexts(client, texts)
  for (const collection of client.api.collections) {
    const { path } = collection
    const at = collection.csv!
    const all = await client.all(path, { sort: "id" })
    const check = async (query: Readonly<Record<string, string>>) => {
      const answer = await client.expect(200, "GET", `${at}?${new URLSearchParams(query)}`)
      assert.match(answer.headers["content-type"] ?? "", /^text\/csv; charset=utf-8$/i)
      assert.match(answer.headers["content-disposition"] ?? "", /^attachment\b/)
      const [header, ...lines] = parseCsv(answer.text)
      assert.sameMembers([...header!], Object.keys(all[0] ?? Object.fromEntries(header!.map((name) => [name, 0]))))
      const rows = await client.all(path, query)
      assert.strictEqual(lines.length, rows.length)
      for (const [n, row] of rows.entries()) {
        for (const [column, name] of header!.entries()) sameCell(lines[n]![column]!, row[name])
      }
    }
    await check({})
    await check({ sort: "id" })
    await check({ sort: "-createdAt" })
    for (const { name } of collection.filters) {
      const row = all.find((row) => row[name] !== null)
      if (row !== undefined) await check(Object.fromEntries([[name, String(row[name])]]))
    }
    if (collection.searchable) await check({ q: "a" })
    for (const bad of ["page=1", "pageSize=5", "no-such=1", "sort=no-such"]) {
      if (collection.filters.some(({ name }) => bad.startsWith(`${name}=`))) continue
      assert.isNotEmpty(badPaths(await client.expect(400, "GET", `${at}?${bad}`)))
    }
  }
  return exercised
}

/** The value itself, except that text which a spreadsheet would run stands behind something that makes it text. */
const sameCell = (cell: string, value: Row[string]) => {
  if (typeof value === "string" && /^[=+\-@\t\r\n]/.test(value)) {
    assert.notMatch(cell, /^[=+\-@\t\r\n]/)
    assert.strictEqual(cell.slice(1), value)
  } else assert.strictEqual(cell, value === null ? "" : String(value))
}

/** RFC 4180, to the letter: lines end with CRLF, and a quote, comma or line break is nowhere but inside of quotes. */
const parseCsv = (text: string): ReadonlyArray<ReadonlyArray<string>> => {
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/y
  const lines: Array<Array<string>> = []
  let line: Array<string> = []
  while (cell.lastIndex < text.length) {
    const at = cell.lastIndex
    const match = cell.exec(text)
    assert.isNotNull(match, `no cell of RFC 4180 at ${at}: ${text.slice(at, at + 60)}`)
    const [, quoted, plain, end] = match!
    line.push(quoted?.replaceAll('""', '"') ?? plain!)
    if (end === ",") continue
    lines.push(line)
    line = []
  }
  assert.isEmpty(line, "the last line ends")
  for (const { length } of lines) assert.strictEqual(length, lines[0]!.length, "each line has the cells of the first")
  return lines
}
