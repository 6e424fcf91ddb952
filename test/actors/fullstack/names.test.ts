import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as Names from "../../../actors/fullstack/Names.ts"
import * as NearestName from "../../../src/team/NearestName.ts"

const forms = (written: string) => {
  const { camel, kebab, pascal, snake, title } = Names.make(written)
  return { kebab, camel, pascal, snake, title }
}

describe("Names", () => {
  it("splits words at case changes, digits' ends and punctuation", () => {
    assert.deepStrictEqual(forms("HTTPServer"), {
      kebab: "http-server",
      camel: "httpServer",
      pascal: "HttpServer",
      snake: "http_server",
      title: "HTTP server"
    })
    assert.strictEqual(Names.make("orderLine").kebab, "order-line")
    assert.strictEqual(Names.make("order_line").kebab, "order-line")
    assert.strictEqual(Names.make("  order -- line!").kebab, "order-line")
    assert.strictEqual(Names.make("address2Line").kebab, "address2-line")
    assert.strictEqual(Names.make("Don't panic").kebab, "dont-panic")
  })

  it("shows people a title with one capital, in the script it was written in", () => {
    assert.strictEqual(Names.make("OrderLine").title, "Order line")
    assert.strictEqual(Names.make("order_line").title, "Order line")
    assert.strictEqual(Names.make("größe").title, "Größe")
    assert.strictEqual(Names.make("任务").title, "任务")
  })

  it("transliterates other scripts", () => {
    assert.strictEqual(Names.make("Größe").kebab, "grosse")
    assert.strictEqual(Names.make("任务").kebab, "ren-wu")
    assert.strictEqual(Names.make("Ёлка").snake, "elka")
    assert.strictEqual(Names.make("½").kebab, "n1-2")
  })

  it("is the same for composed and decomposed letters", () => {
    assert.deepStrictEqual(forms("Gr\u006f\u0308ße"), forms("Größe"))
  })

  it("puts a letter before a digit at the start", () => {
    assert.deepStrictEqual(forms("2fa token"), {
      kebab: "n2fa-token",
      camel: "n2faToken",
      pascal: "N2faToken",
      snake: "n2fa_token",
      title: "2fa token"
    })
  })

  it("has no words where there is no letter and no digit", () => {
    for (const empty of ["", " ", "😀", "--", "€!", "\u0301"]) assert.deepStrictEqual(Names.words(empty), [])
  })

  it("knows irregular plurals, and words that have none", () => {
    const plurals = ["Person", "Category", "Analysis", "OrderLine", "Sheep", "News", "Address", "URL"].map(
      (name) => Names.plural(name).kebab
    )
    assert.deepStrictEqual(plurals, [
      "people",
      "categories",
      "analyses",
      "order-lines",
      "sheep",
      "news",
      "addresses",
      "urls"
    ])
    assert.strictEqual(Names.plural("OrderLine").title, "Order lines")
    assert.strictEqual(Names.plural("URL").title, "URLs")
    assert.strictEqual(Names.plural("任务").title, "任务")
  })

  it("gives forms that every target takes, for any name with a word in it", () => {
    const name = fc
      .string({ unit: "grapheme", minLength: 1, maxLength: 30 })
      .filter((one) => Names.words(one).length > 0)
    fc.assert(
      fc.property(name, (written) => {
        for (const one of [Names.make(written), Names.plural(written)]) {
          assert.match(one.kebab, /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/)
          assert.match(one.snake, /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/)
          assert.match(one.camel, /^[a-z][A-Za-z0-9]*$/)
          assert.match(one.pascal, /^[A-Z][A-Za-z0-9]*$/)
          assert.notStrictEqual(one.title.trim(), "")
          assert.strictEqual(one.kebab.replaceAll("-", "_"), one.snake)
        }
      }),
      { numRuns: 500 }
    )
  })
})

describe("NearestName", () => {
  it("finds a name with letters swapped, missing, doubled or in the wrong case", () => {
    const known = ["required", "unique", "minLength", "maxLength"]
    assert.strictEqual(NearestName.nearest("reqiured", known), "required")
    assert.strictEqual(NearestName.nearest("uniqe", known), "unique")
    assert.strictEqual(NearestName.nearest("maxxLength", known), "maxLength")
    assert.strictEqual(NearestName.nearest("MINLENGTH", known), "minLength")
  })

  it("does not guess when nothing is near", () => {
    assert.isUndefined(NearestName.nearest("colour", ["required", "unique"]))
    assert.isUndefined(NearestName.nearest("x", ["y"]))
    assert.isUndefined(NearestName.nearest("x".repeat(100_000), ["y".repeat(100_000)]))
  })
})
