/** How long others wait while something is at work: a client of its own asks again and again, one request at a time. */
import { Agent, type IncomingMessage, request } from "node:http"

export interface Times {
  readonly p99: number
  readonly max: number
  readonly count: number
}

export interface Asker {
  readonly origin: string
  readonly cookie: string
}

/** The status of an answer, and the body unless it is long. */
export const ask = (
  { cookie, origin }: Asker,
  method: string,
  path: string,
  options: { readonly body?: unknown; readonly agent?: Agent } = {}
) =>
  new Promise<{ readonly status: number; readonly text: string; readonly headers: IncomingMessage["headers"] }>(
    (resolve, reject) => {
      const headers = { cookie, ...(options.body === undefined ? {} : { "content-type": "application/json" }) }
      const sent = request(`${origin}${path}`, { method, headers, agent: options.agent ?? false }, (answer) => {
        let text = ""
        answer.setEncoding("utf8")
        answer.on("data", (part: string) => {
          if (text.length < 100_000) text += part
        })
        answer.on("error", reject)
        answer.on("end", () => resolve({ status: answer.statusCode ?? 0, text, headers: answer.headers }))
      })
      sent.on("error", reject)
      sent.end(options.body === undefined ? undefined : JSON.stringify(options.body))
    }
  )

/** Milliseconds that each path took to answer 200 while `work` went on, one asker a path. */
export const during = async (
  asker: Asker,
  paths: ReadonlyArray<string>,
  work: () => Promise<unknown>
): Promise<ReadonlyMap<string, Times>> => {
  let working = true
  const watching = paths.map(async (path) => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const times: Array<number> = []
    do {
      const start = performance.now()
      const { status, text } = await ask(asker, "GET", path, { agent })
      if (status !== 200) throw new Error(`${path}: ${status} ${text}`)
      times.push(performance.now() - start)
    } while (working)
    agent.destroy()
    times.sort((a, b) => a - b)
    const p99 = times[Math.ceil(times.length * 0.99) - 1]!
    return [path, { p99, max: times.at(-1)!, count: times.length }] as const
  })
  await work().finally(() => (working = false))
  return new Map(await Promise.all(watching))
}
