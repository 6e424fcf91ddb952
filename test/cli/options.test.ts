import { assert, describe, it } from "@effect/vitest"
import * as Commands from "../../cli/Commands.ts"
import * as Help from "../../cli/Help.ts"
import { choice, flag, integer, parse, text } from "../../cli/Options.ts"
import { nearest } from "../../src/team/NearestName.ts"

const command = {
  name: "make",
  summary: "make it",
  arguments: [{ name: "FILE", about: "the file" }],
  options: {
    out: text("DIR", "where"),
    count: integer("N", "how many", { min: 1, max: 9 }),
    format: choice("F", "form", ["text", "mermaid"], "text"),
    "no-cache": flag("fresh"),
    json: flag("as JSON")
  },
  examples: []
} as const

const mistakes = (...argv: ReadonlyArray<string>) => {
  const parsed = parse(command, argv)
  return "mistakes" in parsed ? parsed.mistakes : []
}

describe("Options", () => {
  it("reads values by the table, options before and after the argument", () => {
    assert.deepStrictEqual(parse(command, ["--out", "x", "a.yaml", "--count=3", "--no-cache"]), {
      invocation: {
        options: { out: "x", count: 3, format: "text", "no-cache": true, json: false },
        arguments: ["a.yaml"]
      }
    })
  })

  it("takes everything after -- as arguments", () => {
    assert.deepStrictEqual(parse(command, ["--", "--out"]), {
      invocation: {
        options: { out: undefined, count: undefined, format: "text", "no-cache": false, json: false },
        arguments: ["--out"]
      }
    })
  })

  it("refuses an unknown option wherever it stands, and names the nearest", () => {
    assert.deepStrictEqual(mistakes("a.yaml", "--jsno"), ["Unknown option --jsno. Did you mean --json?"])
    assert.deepStrictEqual(mistakes("--cuont", "3", "a.yaml"), ["Unknown option --cuont. Did you mean --count?"])
    assert.deepStrictEqual(mistakes("a.yaml", "--zebra"), ["Unknown option --zebra."])
    assert.deepStrictEqual(mistakes("a.yaml", "-x"), ["Unknown option -x."])
    assert.deepStrictEqual(mistakes("a.yaml", "--__proto__=1"), ["Unknown option --__proto__."])
    assert.deepStrictEqual(mistakes("a.yaml", "--constructor"), ["Unknown option --constructor."])
  })

  it("refuses missing, doubled, empty and unwanted values", () => {
    assert.deepStrictEqual(mistakes("a.yaml", "--out"), ["--out needs a value: --out DIR."])
    assert.deepStrictEqual(mistakes("a.yaml", "--out", "--json"), ["--out needs a value: --out DIR."])
    assert.deepStrictEqual(mistakes("a.yaml", "--out="), ['--out: found "", expected DIR, which is not empty.'])
    assert.deepStrictEqual(mistakes("a.yaml", "--json", "--json"), ["--json is given twice: keep one."])
    assert.deepStrictEqual(mistakes("a.yaml", "--out", "x", "--out=y"), ["--out is given twice: keep one."])
    assert.deepStrictEqual(mistakes("a.yaml", "--json=yes"), ['--json takes no value, found "yes".'])
  })

  it("refuses numbers and words that are not among what is allowed", () => {
    for (const wrong of ["0", "10", "3.5", "three", "1e1", "0x3"]) {
      assert.deepStrictEqual(mistakes("a.yaml", `--count=${wrong}`), [
        `--count: found "${wrong}", expected a whole number from 1 to 9.`
      ])
    }
    assert.deepStrictEqual(mistakes("a.yaml", "--format", "mermaidd"), [
      '--format: found "mermaidd", expected one of text, mermaid. Did you mean mermaid?'
    ])
  })

  it("refuses arguments too few and too many, and tells all mistakes at once", () => {
    assert.deepStrictEqual(mistakes(), ["FILE is missing: the file."])
    assert.deepStrictEqual(mistakes("a", "b"), ['"b" is one argument too many: "make" takes only FILE.'])
    assert.deepStrictEqual(mistakes("--nope", "--count=x").length, 3)
  })

  it("finds the nearest name only where one is near", () => {
    assert.strictEqual(nearest("fulstack", ["fullstack"]), "fullstack")
    assert.strictEqual(nearest("uot", ["out"]), "out")
    assert.strictEqual(nearest("agents", ["agents-at-once"]), "agents-at-once")
    assert.isUndefined(nearest("zebra", ["out", "json"]))
    assert.isUndefined(nearest("x".repeat(10_000), ["out"]))
  })
})

describe("Help", () => {
  it("names every option of every command's table, within 80 columns", () => {
    for (const one of Commands.all) {
      const help = Help.ofCommand("troupe", one)
      for (const name of Object.keys(one.options)) assert.include(help, `--${name}`)
      for (const line of help.split("\n").filter((line) => !line.includes("troupe "))) assert.isAtMost(line.length, 80)
    }
  })

  it("names every command", () => {
    const help = Help.ofProgram("troupe", Commands.all)
    for (const one of Commands.all) assert.include(help, `  ${one.name}`)
  })
})
