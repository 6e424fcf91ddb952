import { AiError, LanguageModel } from "@effect/ai"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import * as Prose from "../../actors/fullstack/Prose.ts"

const passage: Prose.Passage = { topic: "the plan", facts: ["It has 2 entities"], fallback: "Two entities." }

/** A model that always says `text`, and remembers what it was asked. */
const model = (text: string, asked: Array<string> = []) =>
  Layer.effect(
    LanguageModel.LanguageModel,
    LanguageModel.make({
      generateText: (options) =>
        Effect.sync(() => {
          asked.push(JSON.stringify(options.prompt))
          return [
            { type: "text" as const, text },
            {
              type: "finish" as const,
              reason: "stop" as const,
              usage: { inputTokens: 11, outputTokens: 7, totalTokens: 18 }
            }
          ]
        }),
      streamText: () => {
        throw new Error("not streamed")
      }
    })
  )

/** A model that cannot be asked, and says why in a sentence. */
const refusing = (description: string) =>
  Layer.effect(
    LanguageModel.LanguageModel,
    LanguageModel.make({
      generateText: () =>
        Effect.fail(new AiError.UnknownError({ module: "Test", method: "generateText", description })),
      streamText: () => {
        throw new Error("not streamed")
      }
    })
  )

const assignment = (
  name: string | undefined,
  spent: Array<{ input: number | undefined; output: number | undefined }> = []
) => ({
  model: name,
  tokens: (used: { readonly input: number | undefined; readonly output: number | undefined }) =>
    Effect.sync(() => void spent.push({ ...used }))
})

describe("Prose", () => {
  it.effect("uses the template's wording when the run has no model", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* Prose.write(assignment(undefined), passage), "Two entities.")
    })
  )

  it.effect("asks the model with the facts, and counts what it used", () =>
    Effect.gen(function* () {
      const spent: Array<{ input: number | undefined; output: number | undefined }> = []
      const asked: Array<string> = []
      const text = yield* Prose.write(assignment("openai:x", spent), passage).pipe(
        Effect.provide(model("The plan holds two entities.\n\nThat is all.", asked))
      )
      assert.strictEqual(text, "The plan holds two entities.\n\nThat is all.")
      assert.deepStrictEqual(spent, [{ input: 11, output: 7 }])
      assert.strictEqual(asked.length, 1)
      assert.include(asked[0], "It has 2 entities")
    })
  )

  it.effect("fails rather than pass the template's wording off as the model's", () =>
    Effect.gen(function* () {
      const absent = yield* Effect.flip(Prose.write(assignment("openai:x"), passage))
      assert.include(absent.message, "openai:x")
      const refused = yield* Effect.flip(
        Prose.write(assignment("openai:x"), passage).pipe(Effect.provide(refusing("The model is not accessible.")))
      )
      assert.include(refused.message, "is not accessible. Run the same command")
      const empty = yield* Effect.flip(
        Prose.write(assignment("openai:x"), passage).pipe(Effect.provide(model("# Title\n\n```js\nx\n```")))
      )
      assert.strictEqual(empty._tag, "ProseFailed")
    })
  )

  it.effect("cuts a long answer after a sentence", () =>
    Effect.gen(function* () {
      const text = yield* Prose.write(assignment("openai:x"), { ...passage, maxLength: 30 }).pipe(
        Effect.provide(model("First sentence here. Second sentence that is too long."))
      )
      assert.strictEqual(text, "First sentence here.")
    })
  )

  it("reduces an answer to plain paragraphs", () => {
    assert.strictEqual(
      Prose.paragraphs(
        [
          "# Heading",
          "One line,",
          "the same paragraph.",
          "",
          "Setext",
          "======",
          "- a point with a [link](http://evil.example)",
          "",
          "> quoted \u001b[31mred",
          "",
          "| a | b |",
          "|---|---|",
          "",
          "~~~",
          "# not text",
          "~~~",
          "<scr<b>ipt>alert(1)</scr</b>ipt> <!-- hidden --> tail"
        ].join("\n")
      ),
      "One line, the same paragraph.\n\na point with a link\n\nquoted [31mred\n\nalert(1) tail"
    )
  })

  it("leaves no tag, fence, heading or control character behind", () => {
    for (const hostile of ["<img src=x onerror=1", "text\n```", "a <b", "\u0007\u202ebell", "<<a>a>x"]) {
      const text = Prose.paragraphs(hostile)
      assert.notMatch(text, /<[a-z/!?]|```|^#/imu)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must be gone
      assert.notMatch(text, /[\u0000-\u0009\u000b-\u001f\u202a-\u202e]/u)
    }
  })
})
