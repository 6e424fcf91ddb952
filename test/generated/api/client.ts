/**
 * Talks to a backend and believes nothing: each answer is held against the OpenAPI document. A status that the document
 * does not name, a media type that it does not name and a body that its schema refuses each fail the test at once.
 *
 * Made with node's own client, because `fetch` repairs paths and bodies that are sent here broken on purpose.
 */
import { randomUUID } from "node:crypto"
import { Agent, type IncomingHttpHeaders, request as open } from "node:http"
import { assert } from "@effect/vitest"
import "@hyperjump/json-schema/formats"
import {
  registerSchema,
  setShouldValidateFormat,
  unregisterSchema,
  type Validator,
  validate
} from "@hyperjump/json-schema/openapi-3-1"
import type { Api, Json, Operation, Row } from "./description.ts"

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  /** The parsed body of a JSON media type. */
  readonly json: Json
  /** Request and answer in one line, for messages. */
  readonly shown: string
}

export interface Send {
  /** Becomes JSON. */
  readonly body?: unknown
  /** Sent as it is. */
  readonly raw?: string | Buffer
  readonly headers?: Readonly<Record<string, string>>
  /** Default: the client's own. */
  readonly cookie?: string
}

export interface Client {
  readonly api: Api
  readonly origin: string
  /** The session's cookie, once signed in. */
  cookie: string
  /** Statuses seen, by `METHOD path` of the document. */
  readonly seen: ReadonlyMap<string, ReadonlySet<number>>
  readonly send: (method: string, path: string, send?: Send) => Promise<Answer>
  /** Sends, and fails unless the answer has this status. */
  readonly expect: (status: number, method: string, path: string, send?: Send) => Promise<Answer>
  /** Every row of a list, page by page. */
  readonly all: (path: string, query?: Readonly<Record<string, string>>) => Promise<Array<Row>>
}

export const makeClient = (api: Api, origin: string): Client => {
  // A connection for each request: one that was idle may be closed by the server in the moment in which it is used again.
  const agent = new Agent({ keepAlive: false, maxSockets: 32 })
  const seen = new Map<string, Set<number>>()
  const conforms = conformance(api)
  const send: Client["send"] = async (method, path, send = {}) => {
    const answer = await exchange(agent, origin, method, path, send, send.cookie ?? client.cookie)
    const operation = operationAt(api, method, path)
    if (operation !== undefined) {
      const key = `${operation.method} ${operation.path}`
      seen.set(key, (seen.get(key) ?? new Set()).add(answer.status))
      await conforms(operation, answer, method === "HEAD")
    } else if (answer.status >= 400 && method !== "HEAD") problem(answer)
    return answer
  }
  const client: Client = {
    api,
    origin,
    cookie: "",
    seen,
    send,
    async expect(status, method, path, options) {
      const answer = await send(method, path, options)
      assert.strictEqual(answer.status, status, answer.shown)
      return answer
    },
    async all(path, query = {}) {
      const rows: Array<Row> = []
      for (let page = 1; ; page++) {
        const parameters = new URLSearchParams({ ...query, page: `${page}`, pageSize: "100" })
        const { json } = await client.expect(200, "GET", `${path}?${parameters}`)
        rows.push(...(json.items as ReadonlyArray<Row>))
        if (rows.length >= (json.total as number)) return rows
      }
    }
  }
  return client
}

/** Fails unless the body is a problem of RFC 9457 that belongs to its status. */
export const problem = (answer: Answer) => {
  assert.match(answer.headers["content-type"] ?? "", /^application\/problem\+json\b/, answer.shown)
  assert.strictEqual(answer.json.status, answer.status, answer.shown)
  assert.isString(answer.json.title, answer.shown)
}

/** The fields that a 422, or the parameters that a 400, complains of, in alphabetical order. */
export const badPaths = (answer: Answer): ReadonlyArray<string> => {
  const errors = answer.json.errors as ReadonlyArray<{ readonly path: string; readonly message: string }>
  assert.isArray(errors, answer.shown)
  for (const { message } of errors) assert.isNotEmpty(message, answer.shown)
  return errors.map(({ path }) => path).sort()
}

const exchange = (
  agent: Agent,
  origin: string,
  method: string,
  path: string,
  { body, headers, raw }: Send,
  cookie: string
) =>
  new Promise<Answer>((resolve, reject) => {
    const payload = raw ?? (body === undefined ? undefined : JSON.stringify(body))
    const { hostname, port } = new URL(origin)
    const request = open({
      agent,
      hostname,
      port,
      method,
      path,
      headers: {
        ...(payload === undefined
          ? {}
          : { "content-type": "application/json", "content-length": Buffer.byteLength(payload) }),
        ...(cookie === "" ? {} : { cookie }),
        ...headers
      }
    })
    request.on("error", reject)
    request.on("response", (response) => {
      const chunks: Array<Buffer> = []
      response.on("data", (chunk: Buffer) => chunks.push(chunk))
      response.on("error", reject)
      response.on("end", () => {
        const text = Buffer.concat(chunks).toString("utf8")
        const status = response.statusCode ?? 0
        const isJson = /^application\/(problem\+)?json\b/.test(response.headers["content-type"] ?? "")
        resolve({
          status,
          headers: response.headers,
          text,
          json: isJson && text !== "" ? JSON.parse(text) : {},
          shown: `${method} ${path} ${String(payload).slice(0, 2000)} answers ${status}: ${text.slice(0, 2000)}`
        })
      })
    })
    request.end(payload)
  })

/** The operation of the document that a request is for. HEAD is answered as GET is. */
const operationAt = (api: Api, method: string, path: string): Operation | undefined => {
  const [bare = ""] = path.split(/[?#]/)
  const asked = method === "HEAD" ? "GET" : method
  // A path without parameters is never taken for one with them, whatever its methods.
  if (api.operations.some((one) => one.path === bare)) return api.operation(asked, bare)
  return api.operations.find((one) => {
    const [before, after] = one.path.split("{id}")
    if (one.method !== asked || after === undefined || !bare.startsWith(before!) || !bare.endsWith(after)) return false
    return /^[^/]+$/.test(bare.slice(before!.length, bare.length - after.length))
  })
}

/** Whether a value fits the schema at a place of the document; gives what is wrong with it. */
export const schemaCheck = (document: Json) => {
  // The registry of schemas is the library's, one for all; so each document gets an address of its own.
  const uri = `https://generated.test/${randomUUID()}`
  registerSchema(document as never, uri, "https://spec.openapis.org/oas/3.1/schema-base")
  setShouldValidateFormat(true)
  const validators = new Map<string, Promise<Validator>>()
  return {
    async errors(place: string, value: unknown): Promise<ReadonlyArray<string>> {
      const validator = validators.get(place) ?? validate(`${uri}#${place}`)
      validators.set(place, validator)
      const output = (await validator)(value as never, "BASIC")
      if (output.valid) return []
      return (output.errors ?? []).map((error) => `${error.instanceLocation}: ${error.absoluteKeywordLocation}`)
    },
    release: () => unregisterSchema(uri)
  }
}

const conformance = (api: Api) => {
  const { errors } = schemaCheck(api.document)
  return async (operation: Operation, answer: Answer, headOnly: boolean) => {
    const documented = operation.responses.get(answer.status)
    assert.isDefined(documented, `not in the document for ${operation.method} ${operation.path}: ${answer.shown}`)
    if (headOnly) return assert.strictEqual(answer.text, "", answer.shown)
    const [type] = (answer.headers["content-type"] ?? "").split(";")
    if (documented!.size === 0) return assert.strictEqual(answer.text, "", answer.shown)
    const place = documented!.get(type!)
    assert.isDefined(place, `media type ${type} is not in the document: ${answer.shown}`)
    if (answer.status >= 400) problem(answer)
    if (/json/.test(type!)) assert.deepStrictEqual(await errors(place!, answer.json), [], answer.shown)
  }
}
