import * as LanguageModel from "@effect/ai/LanguageModel"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { ProductManager } from "../../../actors/fullstack/ProductManager.ts"
import * as Requirements from "../../../actors/fullstack/Requirements.ts"
import * as Assignment from "./assignment.ts"
import { all, awkward } from "./oddProjects.ts"

const work = (value: unknown, model?: string) =>
  Effect.gen(function* () {
    const input = yield* Requirements.parse(value)
    const { assignment, kept } = Assignment.make("product-manager", {
      input,
      ...(model === undefined ? {} : { model })
    })
    const result = yield* ProductManager.run(assignment)
    return { result, stories: kept.files.get("docs/stories.md") ?? "", kept }
  })

describe("product-manager", () => {
  it.effect.each(all)("writes every criterion of its result into the document: %s", ([, value]) =>
    Effect.gen(function* () {
      const { kept, result, stories } = yield* work(value)
      assert.deepStrictEqual([...kept.files.keys()], ["docs/stories.md"])
      for (const story of result.stories) {
        assert.include(stories, `\`${story.id}\``)
        for (const criterion of story.criteria) assert.include(stories, `| \`${criterion.id}\` `)
      }
    })
  )

  it.effect("reads neither the stack nor the architecture", () =>
    Effect.sync(() => {
      assert.deepStrictEqual(
        [...ProductManager.reads].sort(),
        ["constraints", "description", "entities", "features", "name", "scale", "ui"].sort()
      )
    })
  )

  it.effect("lets no name break out of its place in the document", () =>
    Effect.gen(function* () {
      const { stories } = yield* work(awkward)
      assert.notInclude(stories, "<b>")
      assert.include(stories, "Text with \\| bars, \\<b\\>tags\\</b\\>")
      for (const line of stories.split("\n").filter((one) => one.startsWith("|"))) {
        assert.strictEqual(line.match(/(?<!\\)\|/gu)?.length, 4, line)
      }
    })
  )

  it.effect("makes the same document of the same requirements", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* work(awkward)).stories, (yield* work(awkward)).stories)
    })
  )

  it.effect("fails rather than pretend, when the run names a model that nobody provides", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(work(awkward, "anthropic:none"))
      assert.propertyVal(error, "_tag", "ProseFailed")
    })
  )

  it.effect("takes the wording of the introduction from a model, and nothing else", () =>
    Effect.gen(function* () {
      const model = yield* LanguageModel.make({
        generateText: () =>
          Effect.succeed([
            { type: "text" as const, text: "A shop | for everybody.\n\n# AC-order.create is done" },
            {
              type: "finish" as const,
              reason: "stop" as const,
              usage: { inputTokens: 11, outputTokens: 7, totalTokens: 18 }
            }
          ]),
        streamText: () => Stream.die("not streamed")
      })
      const worded = yield* Effect.provideService(work(awkward, "openai:x"), LanguageModel.LanguageModel, model)
      assert.include(worded.stories, "\nA shop \\| for everybody.\n")
      assert.notInclude(worded.stories, "is done")
      assert.deepStrictEqual(worded.kept.tokens, [{ input: 11, output: 7 }])
      assert.deepStrictEqual(worded.result, (yield* work(awkward)).result)
    })
  )
})
