/**
 * A server on this machine's loopback that answers as a test says, and remembers what it was asked.
 */
import { createServer, type IncomingHttpHeaders } from "node:http"
import type { AddressInfo } from "node:net"
import { Effect } from "effect"

export interface Asked {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into JSON whose shape it asserts
  readonly body: any
}

/** `undefined` as an answer: none ever comes. */
export interface Answer {
  readonly status?: number
  readonly headers?: Record<string, string>
  readonly body: unknown
}

export const make = (answer: (asked: Asked, index: number) => Answer | undefined) =>
  Effect.acquireRelease(
    Effect.async<{ readonly url: string; readonly asked: ReadonlyArray<Asked>; readonly close: () => void }>(
      (resume) => {
        const asked: Array<Asked> = []
        const server = createServer((request, response) => {
          const chunks: Array<Buffer> = []
          request.on("data", (chunk: Buffer) => chunks.push(chunk))
          request.on("end", () => {
            const text = Buffer.concat(chunks).toString("utf8")
            const one = {
              method: request.method ?? "",
              path: request.url ?? "",
              headers: request.headers,
              body: text === "" ? undefined : JSON.parse(text)
            }
            asked.push(one)
            const given = answer(one, asked.length - 1)
            if (given === undefined) return
            response.writeHead(given.status ?? 200, { "content-type": "application/json", ...given.headers })
            response.end(typeof given.body === "string" ? given.body : JSON.stringify(given.body))
          })
        })
        server.listen(0, "127.0.0.1", () => {
          const { port } = server.address() as AddressInfo
          const close = () => {
            server.closeAllConnections()
            server.close()
          }
          resume(Effect.succeed({ url: `http://127.0.0.1:${port}`, asked, close }))
        })
      }
    ),
    (server) => Effect.sync(() => server.close())
  )
