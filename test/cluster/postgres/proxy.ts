/** A wire to PostgreSQL that can be cut, or go dead without a word. */
import { once } from "node:events"
import { connect, createServer, type Socket } from "node:net"

export interface Proxy {
  readonly port: number
  /** Both ends are told, and nobody may connect. */
  readonly cut: () => void
  /** Nothing comes through any more, and nobody is told. */
  readonly freeze: () => void
  readonly restore: () => void
  readonly close: () => Promise<void>
}

export const start = async (target: number): Promise<Proxy> => {
  let state: "whole" | "cut" | "frozen" = "whole"
  const pairs = new Set<readonly [Socket, Socket]>()
  const server = createServer((here) => {
    if (state === "cut") return void here.destroy()
    const there = connect(target, "127.0.0.1")
    const pair = [here, there] as const
    pairs.add(pair)
    const end = () => {
      // Where the wire is dead, its ends hear nothing of each other.
      if (state === "frozen") return
      pairs.delete(pair)
      here.destroy()
      there.destroy()
    }
    for (const [from, to] of [pair, [there, here] as const]) {
      from.on("data", (chunk) => {
        if (state === "whole") to.write(chunk)
      })
      from.on("close", end).on("error", end)
    }
  }).listen(0, "127.0.0.1")
  await once(server, "listening")
  const destroy = () => {
    for (const [here, there] of pairs) {
      here.destroy()
      there.destroy()
    }
    pairs.clear()
  }
  return {
    port: (server.address() as { readonly port: number }).port,
    cut: () => {
      state = "cut"
      destroy()
    },
    freeze: () => {
      state = "frozen"
    },
    restore: () => {
      // What was swallowed is lost, so what has lost it ends.
      if (state === "frozen") destroy()
      state = "whole"
    },
    close: async () => {
      destroy()
      server.close()
      await once(server, "close")
    }
  }
}
