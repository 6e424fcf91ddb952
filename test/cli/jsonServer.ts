/** Servers on loopback for the built program: each answers every request with one JSON document and keeps what it was sent. */
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { afterEach } from "vitest"

export interface JsonServer {
  // biome-ignore lint/suspicious/noExplicitAny: JSON of others, whose shape the tests assert
  readonly bodies: ReadonlyArray<any>
  readonly url: string
}

/** Servers end with the test that began them. */
export const useJsonServers = () => {
  const closers: Array<() => void> = []
  afterEach(() => {
    for (const close of closers.splice(0)) close()
  })
  return async (answer: unknown, status = 200): Promise<JsonServer> => {
    const bodies: Array<unknown> = []
    const made = createServer((request, response) => {
      const chunks: Array<Buffer> = []
      request.on("data", (chunk: Buffer) => chunks.push(chunk))
      request.on("end", () => {
        bodies.push(JSON.parse(Buffer.concat(chunks).toString("utf8")))
        response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(answer))
      })
    })
    await new Promise<void>((resolve) => made.listen(0, "127.0.0.1", resolve))
    closers.push(() => {
      made.closeAllConnections()
      made.close()
    })
    return { bodies, url: `http://127.0.0.1:${(made.address() as AddressInfo).port}` }
  }
}

interface Span {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
}

/** All spans that a collector was sent by OTLP. */
export const spansOf = (collector: JsonServer): ReadonlyArray<Span> =>
  collector.bodies.flatMap(({ resourceSpans }) =>
    // biome-ignore lint/suspicious/noExplicitAny: as above
    resourceSpans.flatMap((one: any) => one.scopeSpans.flatMap((scope: any) => scope.spans))
  )
