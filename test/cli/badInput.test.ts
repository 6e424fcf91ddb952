import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import Sqlite from "better-sqlite3"
import { afterEach, assert, beforeAll, beforeEach, describe, it } from "vitest"
import { type StartOptions, useProgram } from "./program.ts"

const program = useProgram()

const path = (...names: ReadonlyArray<string>) => join(program.folder, ...names)

const VALID = "name: Shop\nentities:\n  Item:\n    fields:\n      title: string\n"

/** What stands in the folder, so that a test can see that nothing was added. */
const standing = () => readdirSync(program.folder, { recursive: true }).map(String).sort()

const refused = async (
  args: ReadonlyArray<string>,
  expected: ReadonlyArray<string | RegExp>,
  options: StartOptions = {}
) => {
  const before = standing()
  const { code, stderr, stdout } = await program.run(args, options)
  assert.strictEqual(code, 2, stderr)
  for (const one of expected) {
    if (typeof one === "string") assert.include(stderr, one)
    else assert.match(stderr, one)
  }
  assert.notMatch(stderr, /^\s+at /m, "a stack trace")
  assert.notInclude(stderr, "this is a bug")
  assert.strictEqual(stdout, "")
  assert.deepStrictEqual(standing(), before, "something was written")
}

beforeAll(() => mkdirSync(program.folder, { recursive: true }))
beforeEach(() => writeFileSync(path("valid.yaml"), VALID))
afterEach(() => {
  for (const name of readdirSync(program.folder)) rmSync(path(name), { recursive: true, force: true })
})

describe("bad requirements", () => {
  const entities = (fields: string) => `name: Shop\nentities:\n  Item:\n    fields:\n${fields}`

  const files: ReadonlyArray<
    readonly [what: string, content: string | Uint8Array, expected: ReadonlyArray<string | RegExp>]
  > = [
    ["an empty file", "", ["bad.yaml", "an empty file"]],
    ["a binary file", new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 0, 255, 254]), ["bad.yaml", "UTF-8"]],
    ["broken YAML", "name: Shop\nentities: [\n", [/bad\.yaml:\d+:\d+/]],
    [
      "an alias bomb",
      `a: &a [x, x, x, x, x, x, x, x, x]\n${["b", "c", "d", "e", "f", "g", "h", "i"]
        .map((name, at) => `${name}: &${name} [${Array(9).fill(`*${"abcdefghi"[at]}`).join(", ")}]`)
        .join("\n")}\n`,
      ["bad.yaml", /alias/i]
    ],
    ["a duplicate key", "name: Shop\nname: Other\nentities: {}\n", [/bad\.yaml:2:1/]],
    ["a wrong type", "name: [Shop]\nentities: {}\n", [/bad\.yaml:1:\d+: name/]],
    ["an unknown key", `${VALID}featurs: []\n`, [/bad\.yaml:\d+:\d+/, "featurs", /Did you mean "?features"?\?/]],
    ["__proto__", `${VALID}__proto__: { polluted: true }\n`, ["__proto__"]],
    [
      "a reference to a missing entity",
      entities("      order: { type: reference, to: Itm }\n"),
      [/bad\.yaml:5:\d+/, "Itm", "Item"]
    ],
    [
      "names that collide once made safe",
      "name: Shop\nentities:\n  Order Line: { fields: { a: string } }\n  order_line: { fields: { a: string } }\n",
      ["Order Line", "order_line"]
    ],
    [
      "a default that its own field refuses",
      entities("      n: { type: integer, max: 3, default: 4 }\n"),
      [/default/, "4"]
    ],
    ["a minimum over the maximum", entities("      n: { type: integer, min: 4, max: 3 }\n"), ["min"]],
    ["an entity without fields", "name: Shop\nentities:\n  Item: { fields: {} }\n", ["Item", "field"]],
    [
      "more fields than the limit",
      entities(Array.from({ length: 201 }, (_, at) => `      f${at}: string\n`).join("")),
      ["200"]
    ]
  ]

  for (const [what, content, expected] of files) {
    it(`refuses ${what}`, async () => {
      writeFileSync(path("bad.yaml"), content)
      await refused(["run", "bad.yaml"], expected)
    })
  }

  it("refuses a missing file and a directory, in graph as well", async () => {
    await refused(["run", "nowhere.yaml"], ["nowhere.yaml", "no such file"])
    mkdirSync(path("folder"))
    await refused(["run", "folder"], ["folder", "a directory"])
    await refused(["graph", "nowhere.yaml"], ["nowhere.yaml", "no such file"])
  })

  it("gives one JSON document on stdout where that was asked for", async () => {
    writeFileSync(path("bad.yaml"), `${VALID}featurs: []\n`)
    const { code, stdout } = await program.run(["run", "bad.yaml", "--json"])
    assert.strictEqual(code, 2)
    const told = JSON.parse(stdout)
    assert.strictEqual(told.error, "InputError")
    assert.strictEqual(told.issues[0].path, "featurs")
  })
})

describe("a bad place", () => {
  it("refuses an output folder with somebody else's files, and takes it with --force only", async () => {
    mkdirSync(path("theirs"))
    writeFileSync(path("theirs", "thesis.txt"), "mine")
    await refused(["run", "valid.yaml", "--out", "theirs"], ["theirs", "thesis.txt", "--force"])
  })

  it("refuses an output that is a file", async () => {
    writeFileSync(path("file"), "mine")
    await refused(["run", "valid.yaml", "--out", "file"], ["file"])
    await refused(["run", "valid.yaml", "--out", "file/below"], ["file"])
  })

  it("refuses a place where the system takes no folder, and does not try for ever", async () => {
    // Node's own making of folders never ends there.
    await refused(["run", "valid.yaml", "--out", "/proc/x/y"], ["/proc/x/y"])
    // The folder is prepared before the database is found impossible, and is gone again.
    await refused(["run", "valid.yaml", "--db", "/proc/x/y.db"], ["/proc/x/y.db"])
  })

  it("refuses a folder that it may not write", async () => {
    mkdirSync(path("locked"))
    chmodSync(path("locked"), 0o500)
    await refused(["run", "valid.yaml", "--out", "locked/out"], ["locked"], { permissionsApply: true })
  })

  it("refuses a database that is none, corrupt, newer, a folder, or out of reach", async () => {
    writeFileSync(
      path("text.db"),
      "this is not a database, it is a text that is long enough to be looked at".repeat(20)
    )
    await refused(["run", "valid.yaml", "--db", "text.db"], ["text.db", "not a database"])
    await refused(["runs", "--db", "text.db"], ["text.db", "not a database"])
    mkdirSync(path("folder.db"))
    await refused(["run", "valid.yaml", "--db", "folder.db"], ["folder.db", "folder"])
    await refused(["run", "valid.yaml", "--db", "valid.yaml/x.db"], ["x.db"])

    const newer = new Sqlite(path("newer.db"))
    newer.exec("create table troupe_migrations (migration_id integer, created_at text, name text)")
    newer.exec("insert into troupe_migrations values (9999, '', 'from the future')")
    newer.close()
    await refused(["run", "valid.yaml", "--db", "newer.db"], ["newer.db", "newer version"])
  })

  it("refuses a database that another program has locked", async () => {
    const other = new Sqlite(path("locked.db"))
    other.exec("begin exclusive")
    try {
      await refused(["run", "valid.yaml", "--db", "locked.db"], ["locked.db", "locked"])
    } finally {
      other.close()
    }
  })
})

describe("a bad team or model", () => {
  it("refuses an unknown team, and names the nearest", async () => {
    await refused(["run", "valid.yaml", "--team", "fulstack"], ['"fulstack"', "Did you mean fullstack?"])
  })

  it("refuses a module that is missing, throws, exports none, or whose team cannot run", async () => {
    await refused(["run", "valid.yaml", "--team", "./none.js"], ["./none.js", "no such file"])
    writeFileSync(path("throws.js"), "throw new Error('out of ink')\n")
    await refused(["run", "valid.yaml", "--team", "./throws.js"], ["./throws.js", "out of ink"])
    writeFileSync(path("broken.js"), "export default {\n")
    await refused(["run", "valid.yaml", "--team", "./broken.js"], ["./broken.js", "SyntaxError"])
    writeFileSync(path("other.js"), "export const crew = 1\n")
    await refused(["run", "valid.yaml", "--team", "./other.js"], ["./other.js", "crew", "default export"])
    writeFileSync(
      path("cycle.js"),
      `import { Effect, Schema } from "effect"
       import { Agent, Team } from "troupe"
       const agent = (name, dependsOn) => Agent.make({ name, dependsOn, version: "1.0.0", estimate: "1 second", output: Schema.Void, run: () => Effect.void })
       export default Team.make("knot", { agents: [agent("a", ["b"]), agent("b", ["a"]), agent("c", ["aa"])] })`
    )
    await refused(["run", "valid.yaml", "--team", "./cycle.js"], ["a → b → a", "aa"])
    await refused(["graph", "valid.yaml", "--team", "./cycle.js"], ["a → b → a"])
  })

  it("does not end as if all were well where a module leaves, or waits for what never comes", async () => {
    writeFileSync(path("leaves.js"), "process.exit(0)\n")
    writeFileSync(path("waits.js"), "await new Promise(() => {})\n")
    for (const module of ["./leaves.js", "./waits.js"]) {
      const { code, stderr, stdout } = await program.run(["run", "valid.yaml", "--team", module, "--json"])
      assert.strictEqual(code, 1, module)
      assert.include(stderr, "ended before its command did")
      assert.strictEqual(JSON.parse(stdout).status, "bug")
    }
  })

  it("refuses a model without its key, an unknown provider, and an address that is none", async () => {
    await refused(["run", "valid.yaml", "--model", "anthropic:x"], ["ANTHROPIC_API_KEY"])
    await refused(["run", "valid.yaml", "--model", "openai:x"], ["OPENAI_API_KEY"])
    await refused(["run", "valid.yaml", "--model", "mistral:x"], ['"mistral:x"', "anthropic:NAME or openai:NAME"])
    await refused(["run", "valid.yaml", "--model", "openai:x", "--base-url", "localhost"], ["--base-url"], {
      env: { OPENAI_API_KEY: "k" }
    })
    await refused(["run", "valid.yaml", "--base-url", "http://localhost"], ["--base-url", "--model"])
    await refused(["run", "valid.yaml", "--otlp", "localhost:4318"], ["--otlp"])
  })

  it("makes nothing when asked for the runs where there are none", async () => {
    const { code, stderr } = await program.run(["runs"])
    assert.strictEqual(code, 0)
    assert.include(stderr, "No runs yet")
    assert.isFalse(existsSync(path(".troupe")))
  })
})
