import { mkdtempSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as PlatformError from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit } from "effect"
import * as fc from "fast-check"
import * as RequirementsFile from "../../layers/yaml/RequirementsFile.ts"
import { InputError } from "../../src/team/InputError.ts"

const folder = mkdtempSync(join(tmpdir(), "troupe-requirements-"))

const file = (name: string, content: string | Uint8Array) => {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

const read = (path: string) => RequirementsFile.read(path).pipe(Effect.provide(NodeFileSystem.layer))

const refusal = (path: string) => Effect.map(Effect.flip(read(path)), (error) => error.message)

const parsed = (text: string) => Effect.runSync(RequirementsFile.parse("f.yaml", text)).value

const refused = (text: string) => Effect.runSync(Effect.flip(RequirementsFile.parse("f.yaml", text))).message

describe("RequirementsFile.read", () => {
  it.effect("reads YAML and JSON, with a byte order mark as well", () =>
    Effect.gen(function* () {
      const yaml = yield* read(file("a.yaml", "\ufeffname: x\nentities: {}\n"))
      const json = yield* read(file("a.json", '{\n\t"name": "x",\n\t"entities": {}\n}\n'))
      assert.deepStrictEqual(yaml.value, { name: "x", entities: {} })
      assert.deepStrictEqual(json.value, yaml.value)
    })
  )

  it.effect("says that a file is missing, empty, or a directory", () =>
    Effect.gen(function* () {
      const missing = join(folder, "missing.yaml")
      assert.strictEqual(
        yield* refusal(missing),
        `${missing}: found no such file, expected a YAML or JSON file. Check the path.`
      )
      assert.include(yield* refusal(file("empty.yaml", " \n\t\n")), "an empty file")
      assert.include(yield* refusal(folder), "a directory")
    })
  )

  it.effect("says that a file is binary, not UTF-8, or too large", () =>
    Effect.gen(function* () {
      assert.include(yield* refusal(file("binary.yaml", new Uint8Array([0x61, 0, 1, 2]))), "a binary file")
      assert.include(yield* refusal(file("latin1.yaml", new Uint8Array([0x61, 0x3a, 0x20, 0xfc]))), "no UTF-8")
      const large = file("large.yaml", `a: ${"x".repeat(RequirementsFile.maxSizeBytes)}`)
      assert.include(yield* refusal(large), "expected at most 5 MB")
    })
  )

  // root may read everything, so the refusal comes from a file system that refuses
  it.effect("says that a file may not be read", () =>
    Effect.gen(function* () {
      const denied = new PlatformError.SystemError({
        module: "FileSystem",
        method: "stat",
        reason: "PermissionDenied",
        description: "EACCES"
      })
      const error = yield* RequirementsFile.read("secret.yaml").pipe(
        Effect.provideService(FileSystem.FileSystem, FileSystem.makeNoop({ stat: () => Effect.fail(denied) })),
        Effect.flip
      )
      assert.strictEqual(error.message, "secret.yaml: found no permission to read it, expected a readable file")
    })
  )
})

describe("RequirementsFile.parse", () => {
  it("unfolds anchors and merges", () => {
    assert.deepStrictEqual(parsed("a: &x {b: 1}\nc: {<<: *x, d: 2}\ne: *x"), {
      a: { b: 1 },
      c: { b: 1, d: 2 },
      e: { b: 1 }
    })
    assert.deepStrictEqual(parsed("a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc: {x: 3, <<: [*a, *b]}").c, {
      x: 3,
      y: 1,
      z: 2
    })
    assert.deepStrictEqual(parsed('a: {"<<": 1}'), { a: { "<<": 1 } })
  })

  it("takes keys as they are written, and no word of another YAML for a boolean or a time", () => {
    assert.deepStrictEqual(parsed("007: a\nyes: no\nday: 2026-01-01"), { "007": "a", yes: "no", day: "2026-01-01" })
    assert.deepStrictEqual(parsed("%YAML 1.1\n---\na: yes\nb: 2026-01-01"), { a: "yes", b: "2026-01-01" })
  })

  it.each([
    ["a: 1\nb: [1", "f.yaml:2:"],
    ["a:\n\t- b", "f.yaml:2:"],
    ['{"a": 1,\n "b" 2}', "f.yaml:2:"],
    ["a: 1\nb: 2\na: 3", "f.yaml:3:1: a: found the same key twice"],
    ['{"a": 1, "\\u0061": 2}', "f.yaml:1:10: a: found the same key twice"],
    ["a: 1\n---\nb: 2", "f.yaml:2:1: found 2 documents"],
    ["a: *b", "f.yaml:1:4: a: found *b, expected an alias of an anchor that comes before it"],
    ["a: &a [*a]", "f.yaml:1:8: a.0: found *a inside of &a"],
    ["a: !!binary aGk=", "f.yaml:1:4:"],
    ["x:\n  __proto__: {a: 1}", 'f.yaml:2:3: x.__proto__: found the key "__proto__"'],
    ["? [1]\n: b", "f.yaml:1:3:"],
    ["a: {<<: 1}", "f.yaml:1:5: a.<<: found << of something else"],
    ["- 1", "found a list, expected a mapping"],
    ["hello", "found the string hello, expected a mapping"],
    ["null", "expected a mapping"],
    ["# nothing but a comment", "expected a mapping"],
    ["a\0b", "a binary file"]
  ])("refuses %j with its place", (text, expected) => {
    assert.include(refused(text), expected)
  })

  // The parser's own word for the first two is "implicit keys need to be on a single line".
  it.each([
    ["a missing colon", "a: b\nc d\ne: f", '2:1: found "c d", expected a colon after a key. Write "c: d".'],
    [
      "a missing colon above other keys",
      "a\n  b: c",
      'f.yaml:1:1: found "a", expected a colon after a key. Write "a:".'
    ],
    ["a missing colon in braces", "a: {b c, d: e}", 'f.yaml:1:5: a: found "b c", expected a colon after a key'],
    [
      "a missing space",
      "a: b\nname:string\nc: d",
      '2:1: found "name:string", expected a space after the colon. Write "name: string".'
    ],
    ["a missing space in braces", "a: {type:string}", 'expected a space after the colon. Write "type: string".'],
    ["nothing but a missing space", "name:Shop", 'Write "name: Shop".'],
    ["an equals sign", "a: b\nc = d\ne: f", 'Write "c: d".'],
    ["a full-width colon", "a: b\nc：d\ne: f", 'expected a plain colon and a space. Write "c: d".'],
    [
      "a colon in a value",
      "a: Note: this",
      'f.yaml:1:4: found the value "Note: this" with ": " in it, expected such a value in quotes. Quote it: "Note: this".'
    ],
    ["a colon in a value in braces", "a: {b: Note: this}", 'Quote it: "Note: this".'],
    [
      "a missing comma",
      "a: { type: string required: true }",
      '1:19: found "required: true" after "string", expected "," or "}". Put a comma between the two: "string, required: true".'
    ],
    ["a missing comma behind a list", "a: { b: [c] d: e }", '1:13: found "d: e" right after a value'],
    ["a missing comma at the end of a line", "a: {\n  b: 1\n  c: 2\n}", '3:3: found "c: 2" after "1"'],
    ["a missing comma of JSON", '{"a": "b" "c": 1}', "1:11: found"],
    [
      "a colour",
      "a: { b: #fff }\nc: d",
      'f.yaml:1:9: found #fff, which begins a comment, expected a value. Put it in quotes: "#fff".'
    ],
    ["a list of colours", "a: [#fff, #000]\nc: d", "1:5: found #fff"],
    [
      "a missing brace",
      "a: { b: c\nd: e",
      'f.yaml:1:4: found a "{" that is never closed, expected its "}". Add "}" at the end of line 1'
    ],
    ["a missing bracket within braces", "a: { b: [c, d }\ne: f", '1:9: found a "[" that is never closed'],
    ["a brace too many", "a: { b: c } }\nd: e", '1:13: found a "}" without its "{"'],
    ["a quote that never ends", 'a: "b\nc: d', '1:4: found a " that is never closed'],
    ["an apostrophe", "a: 'Bob's shop'", "1:9: found an apostrophe inside"],
    ["a value that begins with a sign of the language", "a: @b", 'Quote it: "@b".'],
    ["a tag that is none", "a: !b", 'Quote it: "!b".'],
    ["a key below a value", "a: b\n  c: d", "2:3: found a key below a value"],
    ["a key in a column of its own", "a:\n  b: c\n d: e", "3:2: found a key in a column of its own"],
    ["a tab", "a:\n\tb: c", "2:1: found a tab"],
    ["a list behind its key", "a: - b", "write [b]"],
    [
      "a comment of another language",
      "a: b\n// c\nd: e",
      '2:1: found "// c", expected key: value. A comment begins with #.'
    ],
    ["JSON with a comment", '{\n// c\n"a": 1}', "A comment begins with #; JSON has none."],
    ["SQL", "CREATE TABLE item (\n  id INT\n);", "found what looks like SQL"],
    ["Prisma", "model Item {\n  id Int @id\n}", "found what looks like a Prisma schema"],
    ["TypeScript", "export interface Item {\n  a: string;\n}", "found what looks like TypeScript"]
  ])("says in plain words what is wrong with %s", (_, text, expected) => {
    const message = refused(text)
    assert.include(message, expected)
    assert.notInclude(message, "\n") // what follows from the first mistake is no second one
  })

  it("measures what aliases unfold to before it unfolds them", () => {
    const level = (name: string, of: string) => `${name}: &${name} [${Array(10).fill(of).join(", ")}]`
    const names = [..."abcdefghijklmnop"]
    const bomb = names.map((name, index) => level(name, index === 0 ? "x" : `*${names[index - 1]}`)).join("\n")
    assert.include(refused(bomb), "found aliases that unfold to")
  })

  it("lets one anchor be used as often as a large file needs it", () => {
    const many = Array.from({ length: 20_000 }, (_, index) => `f${index}: *s`).join("\n")
    assert.strictEqual(Object.keys(parsed(`s: &s {type: string}\n${many}`)).length, 20_001)
  })

  it("refuses nesting that would end the stack, with one message", () => {
    for (const text of [`a: ${"[".repeat(100_000)}`, `a: ${"[".repeat(200)}${"]".repeat(200)}`]) {
      assert.strictEqual(
        refused(text),
        "f.yaml: found values nested too deeply, expected YAML or JSON that can be read"
      )
    }
  })

  it("answers any text with a mapping or an InputError, never with a defect", () => {
    const piece = fc.oneof(
      fc.constantFrom(
        "a: ",
        "- ",
        "\n",
        "  ",
        "{",
        "}",
        "[",
        "]",
        "&a ",
        "*a",
        "<<: ",
        "? ",
        "---\n",
        "!!x ",
        "|\n",
        '"',
        "'",
        "#",
        "%YAML 1.1\n",
        "\t",
        "__proto__: "
      ),
      fc.string({ maxLength: 4 })
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 25 }), (pieces) => {
        const exit = Effect.runSyncExit(RequirementsFile.parse("f.yaml", pieces.join("")))
        if (Exit.isFailure(exit)) assert.strictEqual(exit.cause._tag, "Fail")
        else assert.isFalse(Array.isArray(exit.value.value))
      }),
      { numRuns: 2000 }
    )
  })
})

describe("RequirementsFile.locate", () => {
  const text = [
    "name: x", // 1
    "entities:", // 2
    "  a.b:", // 3
    "    fields: { due: { type: date } }", // 4
    "  a:", // 5
    "    b: 1", // 6
    "  copy: &c", // 7
    "    list: [one, two]", // 8
    "  again: *c" // 9
  ].join("\n")

  const located = (path: string) => {
    const { locate } = Effect.runSync(RequirementsFile.parse("dir/f.yaml", text))
    const error = locate(new InputError({ source: "requirements", issues: [{ path, expected: "y" }] }))
    assert.strictEqual(error.source, "dir/f.yaml")
    return [error.issues[0]?.line, error.issues[0]?.column]
  }

  it.each([
    ["a: 1.0", "1", "1.0"],
    ["a: 010", "10", "010"],
    ["a: 12345678901234567890", "12345678901234567000", "12345678901234567890"],
    ["a: 0x1F", "31", "0x1F"],
    ["a: #fff", "null", "#fff, which begins a comment"],
    ["a: ~", "null", "~"],
    ["a:", "null", "nothing"]
  ])("shows the value of %j as it is written", (text, found, shown) => {
    const { locate } = Effect.runSync(RequirementsFile.parse("f.yaml", text))
    const error = locate(new InputError({ source: "requirements", issues: [{ path: "a", found, expected: "text" }] }))
    assert.strictEqual(error.issues[0]?.found, shown)
  })

  it.each([
    ["the key of a value", "name", [1, 1]],
    ["a key inside of a flow mapping", "entities.a.b.fields.due.type", [4, 22]],
    ["a key with a dot when both readings exist", "entities.a.b", [3, 3]],
    ["the nearest key above one that is missing", "entities.a.fields", [5, 3]],
    ["an item of a list", "entities.copy.list.1", [8, 17]],
    ["what an alias stands for", "entities.again.list", [8, 5]],
    ["nothing for the document as a whole", "", [undefined, undefined]],
    ["nothing for a path that is nowhere", "ui.title", [undefined, undefined]]
  ] as const)("finds %s", (_, path, place) => {
    assert.deepStrictEqual(located(path), [...place])
  })
})
