/**
 * A team of your own inside an Effect app: three agents, typed results, kept in SQLite so that the second run is free.
 *
 * Run it twice: `npx tsx examples/embedded-team.ts`. In your app the imports read `troupe` and `troupe/layers`.
 */
import { Console, Effect, Layer, Schema } from "effect"
import { NodeWorkspace } from "../layers/node/index.ts"
import { Sqlite, SqliteResultCache, SqliteRunStore } from "../layers/sqlite/index.ts"
import { ActorSystem, Agent, Team } from "../src/index.ts"

const Outline = Agent.make({
  name: "outline",
  version: "1.0.0",
  reads: ["topic"],
  input: Schema.Struct({ topic: Schema.String }),
  estimate: "1 second",
  output: Schema.Array(Schema.String),
  run: ({ input }) =>
    Effect.succeed(["What it is", "Why it matters", "Where it ends"].map((part) => `${part}: ${input.topic}`))
})

const Draft = Agent.make({
  name: "draft",
  version: "1.0.0",
  dependsOn: [Outline],
  estimate: "2 seconds",
  output: Schema.String,
  run: ({ progress, result, write }) =>
    Effect.gen(function* () {
      const chapters = result(Outline)
      yield* progress(`${chapters.length} chapters`, 0.5)
      const text = chapters.map((chapter) => `## ${chapter}\n`).join("\n")
      yield* write("draft.md", text)
      return text
    })
})

const Count = Agent.make({
  name: "count",
  version: "1.0.0",
  dependsOn: [Draft],
  estimate: "1 second",
  output: Schema.Struct({ words: Schema.Int }),
  run: ({ result }) => Effect.succeed({ words: result(Draft).split(/\s+/).filter(Boolean).length })
})

const writers = Team.make("writers", { agents: [Outline, Draft, Count] })

const program = Effect.gen(function* () {
  const run = yield* Team.run(writers, { input: { topic: "supervision" } })
  const { words } = yield* run.output(Count) // { readonly words: number }
  yield* Console.log(`${run.status}: ${words} words, ${run.report.counts.reused} of 3 results reused`)
})

const services = Layer.mergeAll(SqliteRunStore.layer(), SqliteResultCache.layer()).pipe(
  Layer.provide(Sqlite.layer({ file: ".troupe/example.db" })),
  Layer.merge(NodeWorkspace.layer({ root: "out/embedded-team" })),
  Layer.merge(ActorSystem.layer())
)

Effect.runPromise(program.pipe(Effect.provide(services)))
