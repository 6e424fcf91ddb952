/**
 * A model's server on loopback that fails in every way in which servers do, and has the key it was sent in each answer.
 * Which way, the prompt says.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { gzipSync } from "node:zlib"
import { Effect } from "effect"

type Answer = (request: IncomingMessage, response: ServerResponse) => void

/** What of a request says who asks, in every form in which a server may repeat it. */
const echoes = (key: string) => [
  key,
  encodeURIComponent(key),
  Buffer.from(key).toString("base64"),
  Buffer.from(`user:${key}`).toString("base64url")
]

export const failures = (key: string, elsewhere: string): Readonly<Record<string, Answer>> => {
  const send =
    (status: number, type: string, body: string | Buffer, headers: Record<string, string> = {}): Answer =>
    (_, response) =>
      response.writeHead(status, { "content-type": type, "x-echo": key, ...headers }).end(body)
  const json = (status: number, message: string, headers?: Record<string, string>) =>
    send(status, "application/json", JSON.stringify({ error: { type: "authentication_error", message } }), headers)
  const all = echoes(key).join(" ")
  const cut: Answer = (_, response) => {
    response.writeHead(200, { "content-type": "application/json", "content-length": "100000" })
    response.write(`{"id": "${key}`, () => response.socket?.destroy())
  }
  return {
    "500 with a body that is no JSON": send(500, "application/json", `<html>${all}</html>`),
    "500 with a body that is cut": (_, response) => {
      response.writeHead(500, { "content-type": "application/json", "content-length": "100000" })
      response.write(`{"error": {"message": "${key}`, () => response.socket?.destroy())
    },
    "503 without a body": send(503, "application/json", ""),
    "a connection cut in the middle": cut,
    "a connection cut at once": (_, response) => void response.socket?.destroy(),
    "401 as its protocol has it": json(401, `Incorrect API key provided: ${key}`),
    "401 with every form of the key": json(401, all),
    "401 as plain text": send(401, "text/plain", all),
    "401 as HTML": send(401, "text/html", `<p>${all}</p>`),
    "401 as JSON of another kind": send(401, "application/json", JSON.stringify({ detail: [{ headers: { key } }] })),
    "401 as JSON that is cut": send(401, "application/json", `{"error": "${key}`),
    "403 with bytes": send(403, "application/octet-stream", gzipSync(key)),
    "429 that asks for an hour": json(429, all, { "retry-after": "3600" }),
    "200 that is no JSON": send(200, "application/json", `${all} {`),
    "200 of another type": send(200, "text/html", `<html>${all}`),
    "200 of another shape": send(200, "application/json", JSON.stringify({ key, all: { again: all } })),
    "a redirect to another host": send(307, "text/plain", "", { location: `${elsewhere}/?key=${key}` }),
    "a gzip bomb": send(200, "application/json", gzipSync(Buffer.alloc(4_000_000, "x")), {
      "content-encoding": "gzip"
    }),
    "a header of 64 KB": send(200, "application/json", "{}", { "x-long": key.repeat(1600) }),
    "a body without end": (_, response) => {
      response.writeHead(200, { "content-type": "application/json" })
      const more = () => {
        while (response.writable && response.write(key.repeat(500))) {}
      }
      response.on("drain", more)
      more()
    },
    "a strange status": send(999, "text/plain", all)
  }
}

/** `elsewhere` counts the requests that reached the other host. */
export const make = (key: string) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const strays: Array<string> = []
      const other = createServer((request, response) => {
        strays.push(JSON.stringify(request.headers))
        response.end()
      })
      await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve))
      const answers = failures(key, `http://localhost:${(other.address() as AddressInfo).port}`)
      const server = createServer((request, response) => {
        let text = ""
        request.on("data", (chunk) => {
          text += chunk
        })
        request.on("end", () => {
          const name = /<<(.*?)>>/.exec(text)?.[1] ?? ""
          answers[name]?.(request, response)
        })
        // A client that hangs up is what some of them are about.
        response.on("error", () => {})
      })
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
      const close = () => {
        for (const one of [server, other]) {
          one.closeAllConnections()
          one.close()
        }
      }
      return {
        url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        names: Object.keys(answers),
        strays,
        close
      }
    }),
    ({ close }) => Effect.sync(close)
  )
