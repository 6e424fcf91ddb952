/**
 * Asks a running backend, over HTTP, for what every generated backend promises: that it is healthy, that it serves its
 * own OpenAPI document, and that a row can be made, read, changed and deleted.
 *
 * @since 0.1.0
 */
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"

import { Effect, Schedule } from "effect"
import { bodyFor, firstTrial } from "./SampleRow.ts"

/** One thing asked, and what was wrong with the answer; `undefined` where all was well. */
export interface Finding {
  readonly name: string
  readonly wrong: string | undefined
}

/**
 * Asks again until `/healthz` answers with 200. Never ends for a server that never does: the caller sets the limit.
 *
 * @category combinators
 */
export const healthy = (origin: string): Effect.Effect<void> =>
  Effect.flatMap(caller(origin), (call) =>
    call("GET", "/healthz").pipe(
      Effect.filterOrFail(
        ({ status }) => status === 200,
        ({ status }) => `/healthz answered ${status}`
      ),
      Effect.timeout("5 seconds"),
      Effect.retry({ schedule: Schedule.spaced("100 millis") }),
      // An endless retry has no failure left.
      Effect.orDie,
      Effect.asVoid
    )
  ).pipe(Effect.provide(FetchHttpClient.layer))

/**
 * Everything else, in a fixed order. What depends on something that was wrong is left out.
 *
 * @category combinators
 */
export const probe = (origin: string): Effect.Effect<ReadonlyArray<Finding>> =>
  Effect.gen(function* () {
    const call = yield* caller(origin)
    const document = yield* Effect.either(openApi(call))
    if (document._tag === "Left") return [{ name: "openapi", wrong: document.left }]
    const rows = yield* Effect.either(roundTrip(call, document.right))
    return [
      { name: "openapi", wrong: undefined },
      // Where no entity can be made without another, there is nothing to try.
      ...(rows._tag === "Left"
        ? [{ name: "rows", wrong: rows.left }]
        : rows.right
          ? [{ name: "rows", wrong: undefined }]
          : [])
    ]
  }).pipe(Effect.provide(FetchHttpClient.layer))

const openApi = Effect.fnUntraced(function* (call: Call) {
  const answer = yield* call("GET", "/openapi.json")
  yield* expect(answer, 200)
  const version = (answer.body as { readonly openapi?: unknown } | undefined)?.openapi
  if (typeof version !== "string") return yield* Effect.fail("GET /openapi.json: is not an OpenAPI document")
  return answer.body
})

// True if there was a collection to try.
const roundTrip = Effect.fnUntraced(function* (call: Call, document: unknown) {
  const trial = firstTrial(document)
  if (trial === undefined) return false
  let cookie: string | undefined
  let created = yield* call("POST", trial.path, trial.row)
  if (created.status === 401) {
    const account = bodyFor(document, "/api/auth/register", "post")
    if (account === undefined) return yield* Effect.fail(`POST ${trial.path}: answered 401, and nobody can register`)
    const registered = yield* call("POST", "/api/auth/register", account)
    if (registered.status >= 300) return yield* Effect.fail(`POST /api/auth/register: answered ${registered.status}`)
    cookie = registered.cookie
    if (cookie === undefined) {
      const loggedIn = yield* call("POST", "/api/auth/login", account)
      if (loggedIn.status >= 300) return yield* Effect.fail(`POST /api/auth/login: answered ${loggedIn.status}`)
      cookie = loggedIn.cookie
    }
    created = yield* call("POST", trial.path, trial.row, cookie)
  }
  yield* expect(created, 201)
  const id = (created.body as { readonly id?: unknown } | undefined)?.id
  if (typeof id !== "string") return yield* Effect.fail(`POST ${trial.path}: the answer has no id`)
  const one = `${trial.path}/${id}`
  yield* expect(yield* call("GET", one, undefined, cookie), 200, trial.row)
  const changed = { ...trial.row, ...trial.change }
  yield* expect(yield* call("PATCH", one, trial.change, cookie), 200, changed)
  yield* expect(yield* call("GET", one, undefined, cookie), 200, changed)
  yield* expect(yield* call("DELETE", one, undefined, cookie), 204)
  yield* expect(yield* call("GET", one, undefined, cookie), 404)
  return true
})

interface Answer {
  readonly request: string
  readonly status: number
  readonly body: unknown
  readonly cookie: string | undefined
}

type Call = (
  method: "GET" | "POST" | "PATCH" | "DELETE",
  path: string,
  body?: object,
  cookie?: string
) => Effect.Effect<Answer, string>

const expect = (answer: Answer, status: number, row: Readonly<Record<string, unknown>> = {}) => {
  // An id is a matter of chance, and findings must not be.
  const request = answer.request.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/i, ":id")
  if (answer.status !== status) return Effect.fail(`${request}: expected ${status}, the answer was ${answer.status}`)
  const body = (answer.body ?? {}) as Readonly<Record<string, unknown>>
  const other = Object.keys(row).find((name) => body[name] !== row[name])
  return other === undefined ? Effect.void : Effect.fail(`${request}: ${JSON.stringify(other)} is not as it was given`)
}

const caller = (origin: string): Effect.Effect<Call, never, HttpClient.HttpClient> =>
  Effect.map(
    HttpClient.HttpClient,
    (client): Call =>
      (method, path, body, cookie) => {
        const bare = HttpClientRequest.make(method)(`${origin}${path}`)
        const dressed = cookie === undefined ? bare : HttpClientRequest.setHeader(bare, "cookie", cookie)
        const request = body === undefined ? dressed : HttpClientRequest.bodyUnsafeJson(dressed, body)
        return client.execute(request).pipe(
          Effect.flatMap((response) =>
            Effect.map(response.text, (text): Answer => {
              const cookies = response.headers["set-cookie"]
              return {
                request: `${method} ${path}`,
                status: response.status,
                body: parse(text),
                cookie: cookies?.split(";", 1)[0]
              }
            })
          ),
          Effect.timeout("10 seconds"),
          Effect.mapError((error) =>
            error._tag === "TimeoutException"
              ? `${method} ${path}: no answer within 10 s`
              : `${method} ${path}: no answer`
          )
        )
      }
  )

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
