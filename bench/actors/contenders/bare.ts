/**
 * Bare JavaScript: an object with an array of messages that is drained in a microtask, and a Promise for an answer.
 * Unbounded, and nothing of what makes an actor besides: it shows what the language costs.
 */
import { type Contender, expect, timed } from "../../Bench.ts"

const name = "bare JavaScript (microtask queue, unbounded)"

class Bare<M> {
  private messages: Array<M> = []
  private scheduled = false
  constructor(private readonly handle: (message: M) => void) {}

  send(message: M): void {
    this.messages.push(message)
    if (this.scheduled) return
    this.scheduled = true
    queueMicrotask(this.drain)
  }

  private readonly drain = (): void => {
    this.scheduled = false
    const messages = this.messages
    this.messages = []
    for (const message of messages) this.handle(message)
  }
}

interface Message {
  readonly by: number
  readonly reply: ((total: number) => void) | undefined
}

const counter = (): Bare<Message> => {
  let total = 0
  return new Bare(({ by, reply }) => {
    total += by
    reply?.(total)
  })
}

const ask = (actor: Bare<Message>, by: number): Promise<number> =>
  new Promise((reply) => {
    actor.send({ by, reply })
  })

export const tell: Contender = {
  name,
  round: (tells) => {
    const actor = counter()
    return timed(async () => {
      for (let i = 0; i < tells; i++) actor.send({ by: 1, reply: undefined })
      expect("total", await ask(actor, 0), tells)
    })
  }
}

export const asks = (atOnce: number): Contender => ({
  name,
  round: (times) => {
    const actor = counter()
    return timed(async () => {
      await Promise.all(
        Array.from({ length: atOnce }, async () => {
          for (let i = 0; i < times / atOnce; i++) await ask(actor, 1)
        })
      )
      expect("total", await ask(actor, 0), times)
    })
  }
})

export const ring = (size: number): Contender => ({
  name,
  round: (hops) => {
    let arrived: (at: number) => void = () => {}
    const nodes: Array<Bare<number>> = Array.from(
      { length: size },
      (_, at) =>
        new Bare((left) => {
          if (left === 0) arrived(at)
          else nodes[(at + 1) % size]!.send(left - 1)
        })
    )
    return timed(async () => {
      const end = new Promise<number>((resolve) => {
        arrived = resolve
      })
      nodes[0]!.send(hops)
      expect("actor at which it ended", await end, hops % size)
    })
  }
})

export const gather = (actors: number): Contender => ({
  name,
  round: (times) => {
    const all = Array.from({ length: actors }, counter)
    return timed(async () => {
      const rounds = times / actors
      let last: ReadonlyArray<number> = []
      for (let i = 0; i < rounds; i++) last = await Promise.all(all.map((actor) => ask(actor, 1)))
      expect("answers", last.length, actors)
      for (const answer of last) expect("answer", answer, rounds)
    })
  }
})

export const spawn: Contender = {
  name,
  round: (actors) =>
    timed(async () => {
      const registry = new Map<string, Bare<Message>>()
      let answers = 0
      for (let i = 0; i < actors; i++) {
        const actor = counter()
        registry.set(String(i), actor)
        answers += await ask(actor, 1)
      }
      expect("answers", answers, actors)
      expect("actors alive", registry.size, actors)
      for (const id of registry.keys()) registry.delete(id)
      expect("actors alive", registry.size, 0)
    })
}

/** `try` and `catch`, and a new state. */
export const crash = (every: number): Contender => ({
  name,
  round: (times) => {
    let builds = 1
    let total = 0
    const add = (by: number): number => {
      if (by <= 0) throw new Error("no positive number")
      total += by
      return total
    }
    const actor = new Bare<{ readonly by: number; readonly settle: (answer: number | Error) => void }>(
      ({ by, settle }) => {
        try {
          settle(add(by))
        } catch (error) {
          builds++
          total = 0
          settle(error as Error)
        }
      }
    )
    const send = (by: number) => new Promise<number | Error>((settle) => actor.send({ by, settle }))
    return timed(async () => {
      let crashes = 0
      for (let sent = 1; sent <= times; sent++) {
        if ((await send(sent % every === 0 ? 0 : 1)) instanceof Error) crashes++
      }
      expect("crashes that their askers heard of", crashes, times / every)
      expect("total of the last state", await send(1), 1)
      expect("builds", builds, 1 + times / every)
    })
  }
})

/** Objects that have handled one message; what is returned keeps them. */
export const keep = async (actors: number): Promise<unknown> => {
  const registry = new Map<string, Bare<Message>>()
  for (let i = 0; i < actors; i++) {
    const actor = counter()
    registry.set(String(i), actor)
    expect("answer", await ask(actor, 1), 1)
  }
  return registry
}
