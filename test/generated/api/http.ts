/** Requests that fit nothing: methods, paths, bodies and headers that a client gets wrong, or an attacker right. */
import { connect } from "node:net"
import { deflateSync, gzipSync } from "node:zlib"
import { assert } from "@effect/vitest"
import { type Client, problem } from "./client.ts"
import type { Operation } from "./description.ts"
import { makeRows, type Rows } from "./rows.ts"

/** A path of the document with the id of a row that is there. */
const placed = async (client: Client, rows: Rows, path: string): Promise<string> => {
  const collection = client.api.collections.find(({ item }) => path.startsWith(item))
  if (collection === undefined) return path
  const [row] = (await client.expect(200, "GET", collection.path)).json.items as ReadonlyArray<{ id: string }>
  const { id } = row ?? (await rows.create(collection, {}, "required"))
  return `${collection.path}/${id}${path.slice(collection.item.length)}`
}

export const methods = async (client: Client) => {
  const rows = makeRows(client)
  for (const path of new Set(client.api.operations.map((one) => one.path))) {
    const at = await placed(client, rows, path)
    const has = client.api.operations.filter((one) => one.path === path).map(({ method }) => method)
    const expected = [...has, ...(has.includes("GET") ? ["HEAD"] : [])].sort()
    const allow = (text: string | undefined) => (text ?? "").split(", ").sort()
    for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE", "QUERY", "TRACE", "PROPFIND"]) {
      if (has.includes(method)) continue
      const answer = await client.expect(405, method, at, method === "GET" ? {} : { body: {} })
      problem(answer)
      assert.deepStrictEqual(allow(answer.headers.allow), expected, answer.shown)
    }
    const options = await client.send("OPTIONS", at)
    assert.deepStrictEqual([options.status, allow(options.headers.allow)], [204, expected], options.shown)
    if (!has.includes("GET")) continue
    const get = await client.expect(200, "GET", at)
    const head = await client.expect(200, "HEAD", at)
    assert.strictEqual(head.headers["content-type"], get.headers["content-type"])
  }
}

export const unknownPaths = async (client: Client) => {
  const paths = client.api.collections.flatMap(({ path }) => [
    `${path}/x/y`,
    `${path}.xml`,
    `${path}x`,
    path.replace("/api", "/API"),
    path.replace("/api/", "/api//"),
    `/${path}`,
    path.slice(4),
    `${path}%20`,
    `${path}%00`,
    `${path};x=1`
  ])
  const others = [
    "/",
    "/nothing",
    "/api",
    "/api/",
    "/api/nothing",
    "/.env",
    "/openapi.yaml",
    "/healthz/x",
    "/__proto__"
  ]
  const odd = [
    "/api/__proto__",
    "/api/constructor",
    "/api/../etc/passwd",
    "/%2e%2e/%2e%2e/etc/passwd",
    "/\\",
    "/api/%2f"
  ]
  for (const path of [...paths, ...others, ...odd]) {
    for (const method of ["GET", "POST", "DELETE"]) {
      const answer = await client.expect(404, method, path, method === "POST" ? { body: {} } : {})
      problem(answer)
    }
  }
  for (const { path } of client.api.collections) {
    for (const id of [
      "no-such",
      "%00",
      "'%20OR%201=1%20--",
      "__proto__",
      "..%2f",
      "*",
      "%F0%9F%A7%B5",
      "x".repeat(5000)
    ]) {
      await client.expect(404, "GET", `${path}/${id}`)
      await client.expect(404, "PATCH", `${path}/${id}`, { body: {} })
      await client.expect(404, "DELETE", `${path}/${id}`)
    }
    // No text at all: a client's mistake rather than the name of something.
    for (const id of ["%", "%zz", "%ff", "%E0%A4%A"]) {
      for (const method of ["GET", "PATCH", "DELETE"]) await client.expect(400, method, `${path}/${id}`, { body: {} })
    }
  }
}

const withBody = ({ api }: Client): ReadonlyArray<Operation> => api.operations.filter(({ body }) => body !== undefined)

export const bodies = async (client: Client) => {
  const rows = makeRows(client)
  const before = await rows.everything()
  for (const { method, path } of withBody(client)) {
    const at = await placed(client, rows, path)
    for (const raw of malformed) await client.expect(400, method, at, { raw })
    await client.expect(400, method, at)
    for (const type of [
      "text/plain",
      "application/x-www-form-urlencoded",
      "application/xml",
      "application/jsonx",
      "json"
    ]) {
      await client.expect(415, method, at, { raw: "{}", headers: { "content-type": type } })
    }
    for (const charset of ["utf-16", "iso-8859-1", "no-such"]) {
      await client.expect(415, method, at, {
        raw: "{}",
        headers: { "content-type": `application/json; charset=${charset}` }
      })
    }
    for (const encoding of ["compress", "zstd", "no-such"]) {
      await client.expect(415, method, at, { raw: "{}", headers: { "content-encoding": encoding } })
    }
    await client.expect(400, method, at, { raw: "{}", headers: { "content-encoding": "gzip" } })
    // Deep, but within the limit: no fault of form.
    const depth = Math.floor(limitOf(path) / 10)
    await client.expect(422, method, at, { raw: `${"[".repeat(depth)}${"]".repeat(depth)}` })
    await client.expect(422, method, at, { raw: `{"no such field":${'{"a":'.repeat(depth)}1${"}".repeat(depth + 1)}` })
  }
  await assertKept(rows, before)
}

const malformed: ReadonlyArray<string | Buffer> = [
  "{",
  "}",
  '{"a":}',
  '{"a":1,}',
  "{'a':1}",
  "{a:1}",
  '{"a":NaN}',
  '{"a":01}',
  '{"a":1}{"b":2}',
  '"\t"',
  '"\u0000"',
  " ",
  "undefined",
  "<a/>",
  Buffer.from([0x22, 0xff, 0x22]),
  Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]),
  Buffer.from([0x1f, 0x8b, 0x08])
]

const MEGABYTE = 1024 * 1024

/** The bytes of a body that are taken: fewer where strangers may send them. */
const limitOf = (path: string) => (path.startsWith("/api/auth/") ? 16_384 : MEGABYTE)

export const sizes = async (client: Client) => {
  const rows = makeRows(client)
  const before = await rows.everything()
  const sized = (bytes: number) => `{"no such field":"${"w".repeat(bytes - 20)}"}`
  const bomb = Buffer.from(sized(20 * MEGABYTE))
  const gzip = gzipSync(bomb)
  const deflate = deflateSync(bomb)
  for (const { method, path } of withBody(client)) {
    const at = await placed(client, rows, path)
    const limit = limitOf(path)
    assert.strictEqual(sized(limit).length, limit)
    await client.expect(422, method, at, { raw: sized(limit) })
    await client.expect(413, method, at, { raw: sized(limit + 1) })
    await client.expect(413, method, at, { raw: sized(3 * MEGABYTE) })
    await client.expect(413, method, at, { raw: gzip, headers: { "content-encoding": "gzip" } })
    await client.expect(413, method, at, { raw: deflate, headers: { "content-encoding": "deflate" } })
  }
  await assertKept(rows, before)
}

/** What was there before is there still, beside rows that the check itself has made. */
const assertKept = async (rows: Rows, before: Awaited<ReturnType<Rows["everything"]>>) => {
  const after = await rows.everything()
  for (const [path, all] of Object.entries(before)) assert.includeDeepMembers([...after[path]!], [...all], path)
}

/** Nothing tells what the server is made of, no browser takes an answer for a page, no cache keeps it. */
export const headers = async (client: Client) => {
  const paths = [...client.api.operations.filter(({ method }) => method === "GET").map(({ path }) => path), "/nothing"]
  for (const path of paths) {
    const answer = await client.send("GET", path)
    assert.strictEqual(answer.headers["x-content-type-options"], "nosniff", path)
    assert.notProperty(answer.headers, "x-powered-by")
    assert.notProperty(answer.headers, "server")
    assert.notProperty(answer.headers, "access-control-allow-origin")
    if (path.startsWith("/api")) assert.match(answer.headers["cache-control"] ?? "", /\bno-store\b/, path)
    assert.notMatch(answer.text, /at .*\.[jt]s:\d+|node_modules|SQLITE/, path)
  }
}

/** Speaks HTTP by hand: everything that the server writes until it closes the connection. */
const rawExchange = (origin: string, text: string) =>
  new Promise<string>((resolve, reject) => {
    const { hostname, port } = new URL(origin)
    let answer = ""
    const socket = connect(Number(port), hostname, () => socket.write(text))
    socket.on("data", (chunk) => (answer += chunk))
    socket.on("error", reject)
    socket.on("close", () => resolve(answer))
  })

/** Bodies that never end are answered 408, and so are heads; for a server started with `REQUEST_TIMEOUT=1`. */
export const unfinished = async (client: Client) => {
  const collection = client.api.collections[0]!
  const cookie = client.cookie === "" ? "" : `Cookie: ${client.cookie}\r\n`
  const head = `POST ${collection.path} HTTP/1.1\r\nHost: x\r\n${cookie}Content-Type: application/json\r\n`
  const answers = await Promise.all([
    rawExchange(client.origin, `${head}Transfer-Encoding: chunked\r\n\r\n5\r\n{"a":\r\n`),
    rawExchange(client.origin, `${head}Transfer-Encoding: chunked\r\n\r\n`),
    rawExchange(client.origin, `${head}Content-Length: 100\r\n\r\n{`),
    rawExchange(client.origin, head)
  ])
  for (const answer of answers) assert.match(answer, /^HTTP\/1\.1 408 /)
  assert.strictEqual((await client.expect(200, "GET", collection.path)).json.total, 0)
}

/** Two lengths of one body: whoever stands in front might take another one than the server. */
export const smuggling = async (client: Client) => {
  const { path } = client.api.collections[0]!
  const head = `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n`
  for (const more of [
    "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
    "Content-Length: 2\r\nContent-Length: 4\r\n\r\n{}{}",
    "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    "Content-Length: -1\r\n\r\n{}"
  ]) {
    const answer = await rawExchange(client.origin, head + more)
    assert.match(answer, /^HTTP\/1\.1 400 /, more)
    assert.strictEqual(answer.match(/HTTP\/1\.1/g)?.length, 1, "one answer, then the end")
  }
}
