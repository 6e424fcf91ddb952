/**
 * Every failure of a model's server, in each protocol, in a run of a team with all that a run leaves behind; and then the
 * key is looked for in all of it.
 */
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import * as LanguageModel from "@effect/ai/LanguageModel"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { assert, describe, it } from "@effect/vitest"
import { Cause, ConfigProvider, Effect, Layer, Logger, Schema } from "effect"
import { afterAll } from "vitest"
import * as Http from "../../layers/http/Http.ts"
import * as Model from "../../layers/models/Model.ts"
import * as NodeSubprocess from "../../layers/node/NodeSubprocess.ts"
import * as NodeWorkspace from "../../layers/node/NodeWorkspace.ts"
import * as Telemetry from "../../layers/otlp/Telemetry.ts"
import * as Sqlite from "../../layers/sqlite/Sqlite.ts"
import * as SqliteResultCache from "../../layers/sqlite/SqliteResultCache.ts"
import * as SqliteRunStore from "../../layers/sqlite/SqliteRunStore.ts"
import * as ActorSystem from "../../src/actor/ActorSystem.ts"
import { Subprocess } from "../../src/background/Subprocess.ts"
import { Secrets } from "../../src/secrets/Secrets.ts"
import * as Agent from "../../src/team/Agent.ts"
import * as Team from "../../src/team/Team.ts"
import * as FailingModelServer from "./failingModelServer.ts"
import * as LocalServer from "./localServer.ts"

const home = fs.mkdtempSync(path.join(os.tmpdir(), "troupe-secrets-"))
afterAll(() => fs.rmSync(home, { recursive: true, force: true }))

/** With characters that are written otherwise in URLs, in JSON and in Base64. */
const key = 'sk-canary/Zq7+w9"X&4vT0m_K2hJ5nB8'
const otlpKey = "otlp-canary-0f9e8d7c6b5a"

const forms = [key, otlpKey].flatMap((one) => [
  one,
  encodeURIComponent(one),
  JSON.stringify(one).slice(1, -1),
  // What all Base64 texts with it at this position have in common.
  ...["", "a", "ab"].flatMap((before) => {
    const text = Buffer.from(before + one)
      .toString("base64")
      .slice(4, -4)
    return [text, text.replaceAll("+", "-").replaceAll("/", "_")]
  }),
  one.slice(0, 20)
])

const leaksIn = (bytes: Buffer | string): ReadonlyArray<string> => {
  const text = bytes.toString("latin1" as never)
  return forms.filter((form) => text.includes(form))
}

const filesBelow = (folder: string): ReadonlyArray<string> =>
  fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))

const settings = Layer.setConfigProvider(
  ConfigProvider.fromMap(
    new Map([
      ["ANTHROPIC_API_KEY", key],
      ["OPENAI_API_KEY", key]
    ])
  )
)

/** The provider's address stays what it is; only the connection is led to this machine. */
const ledTo = (url: string) =>
  Layer.effect(
    HttpClient.HttpClient,
    Effect.map(HttpClient.HttpClient, (client) =>
      HttpClient.make((request) =>
        client.execute(HttpClientRequest.setUrl(request, request.url.replace("https://api.openai.com", url)))
      )
    )
  ).pipe(Layer.provide(Http.layer()))

const protocols = {
  anthropic: (url: string) => ({
    model: "anthropic:m",
    baseUrl: url.replace("//", "//user:hunter2@"),
    http: Http.layer()
  }),
  "openai's responses": (url: string) => ({ model: "openai:m", baseUrl: undefined, http: ledTo(url) }),
  "chat completions": (url: string) => ({
    model: "openai:m",
    baseUrl: url.replace("//", "//user:hunter2@"),
    http: Http.layer()
  })
}

for (const [protocol, choose] of Object.entries(protocols)) {
  describe(`secrets, ${protocol}`, () => {
    it.scopedLive("stay inside whatever a model's server does", () =>
      Effect.gen(function* () {
        const server = yield* FailingModelServer.make(key)
        const collector = yield* LocalServer.make(() => ({ body: {} }))
        const { baseUrl, http, model } = choose(server.url)
        const folder = fs.mkdtempSync(path.join(home, "run-"))
        const agents = server.names.map((name, index) =>
          Agent.make({
            name: `asks-${index}`,
            version: "1.0.0",
            output: Schema.String,
            run: (assignment) =>
              LanguageModel.generateText({ prompt: `<<${name}>>` }).pipe(
                Effect.map((answer) => answer.text),
                Effect.tapErrorCause((cause) => Effect.logError(name, cause)),
                Effect.tapError((error) => assignment.write(`errors/${index}.txt`, `${name}\n${error.message}`))
              )
          })
        )
        // Somebody who prints and hands on what a library would have kept: the last filter has to hold by itself.
        const careless = Agent.make({
          name: "careless",
          version: "1.0.0",
          output: Schema.Struct({ answer: Schema.String }),
          run: (assignment) =>
            Effect.gen(function* () {
              yield* assignment.progress(`sends ${key}`)
              yield* assignment.write("notes.md", `x-api-key: ${key}\n${JSON.stringify({ key })}`)
              yield* Effect.annotateCurrentSpan(key, { key })
              yield* Effect.logWarning(encodeURIComponent(key))
              yield* assignment.verdict({ _tag: "notVerified", reason: `${otlpKey} is wrong` })
              return { answer: Buffer.from(`x:${key}`).toString("base64") }
            }).pipe(Effect.withSpan(`asks with ${key}`))
        })
        const said: Array<string> = []
        const events: Array<string> = []
        const run = yield* Team.run(Team.make("secretive", { agents: [...agents, careless] }), {
          input: {},
          agentsAtOnce: 50,
          model,
          onEvent: (event) => Effect.sync(() => events.push(JSON.stringify(event)))
        }).pipe(
          Effect.provide(
            Layer.mergeAll(
              Layer.merge(SqliteRunStore.layer(), SqliteResultCache.layer()).pipe(
                Layer.provide(Sqlite.layer({ file: path.join(folder, "troupe.db") }))
              ),
              NodeWorkspace.layer({ root: path.join(folder, "out") }),
              ActorSystem.layer(),
              Model.layer({ model, baseUrl, retries: 0, maxBodyBytes: 100_000 }).pipe(Layer.provide([http, settings]))
            ).pipe(
              Layer.provideMerge(
                Telemetry.layer({ url: collector.url, headers: { "x-api-key": otlpKey } }).pipe(
                  Layer.provide(Http.layer())
                )
              )
            )
          ),
          Effect.provide(
            Logger.replace(
              Logger.defaultLogger,
              Logger.make(({ cause, message }) =>
                said.push(`${String(message)} ${Cause.pretty(cause, { renderErrorCause: true })}`)
              )
            )
          )
        )
        // A server that knows no such case does not answer.
        const hanging = yield* Effect.flip(
          LanguageModel.generateText({ prompt: "Hello" }).pipe(
            Effect.provide(
              Model.layer({ model, baseUrl, timeout: "50 millis", retries: 0 }).pipe(Layer.provide([http, settings]))
            )
          )
        )
        assert.deepStrictEqual(leaksIn(Cause.pretty(Cause.fail(hanging), { renderErrorCause: true })), [])
        assert.include(hanging.message, "50ms")
        const failed = run.report.agents.filter((agent) => agent.status === "failed")
        const unfailed = server.names.filter((_, index) => !failed.some((agent) => agent.name === `asks-${index}`))
        assert.deepStrictEqual(unfailed, [])
        assert.deepStrictEqual(server.strays, [], "a redirect was followed")

        const reasonOf = (name: string) =>
          failed.find((agent) => agent.name === `asks-${server.names.indexOf(name)}`)?.reason ?? ""
        assert.include(reasonOf("a body without end"), "100000 bytes")
        assert.include(reasonOf("401 as its protocol has it"), "Incorrect API key provided: [redacted]")
        assert.include(reasonOf("a connection cut at once"), "the server cut the connection")
        assert.include(reasonOf("a gzip bomb"), "compressed as gzip")
        for (const agent of failed) assert.isAtMost(agent.reason?.length ?? 0, 2000, agent.reason ?? "")

        // All files: what agents wrote, the report in both forms, the database and its journal.
        const leaks = filesBelow(folder).flatMap((file) => leaksIn(fs.readFileSync(file)).map((form) => [file, form]))
        assert.deepStrictEqual(leaks, [])
        assert.deepStrictEqual(events.flatMap(leaksIn), [])
        assert.deepStrictEqual(leaksIn(JSON.stringify(run.report)), [])
        const spans = collector.asked.map((asked) => JSON.stringify(asked.body))
        assert.isAbove(spans.length, 0)
        assert.deepStrictEqual(spans.flatMap(leaksIn), [])
        assert.notInclude(spans.join(), "hunter2")
        // Those of the agent that prints the key itself belong to its own logger; the program's is another.
        assert.deepStrictEqual(said.filter((line) => !line.startsWith("sk-canary")).flatMap(leaksIn), [])
        assert.notInclude(said.join() + JSON.stringify(run.report), "hunter2")
      })
    )
  })
}

describe("secrets of the environment", () => {
  it.scopedLive("are inherited by no child, whatever the variable is called", () =>
    Effect.gen(function* () {
      yield* Effect.flatMap(Secrets, (secrets) => secrets.add(key))
      const environment = { PATH: process.env.PATH, LANG: `en.${key}`, TZ: "UTC", OPENAI_API_KEY: key }
      const result = yield* Effect.flatMap(Subprocess, ({ run }) =>
        run({ command: "env", args: [], cwd: home, timeout: "1 minute" })
      ).pipe(Effect.provide(NodeSubprocess.layer({ environment })))
      assert.include(result.stdout, "TZ=UTC")
      assert.deepStrictEqual(leaksIn(result.stdout), [])
    })
  )
})
