/**
 * xstate: state machines. It is synchronous and unbounded: `send` runs the transition before it returns, so there is no
 * mailbox to wait in, and an answer is read from the snapshot. Shown for the scale of things; it gives less than the others.
 *
 * It has no ring and no gather of its own kind: a message handed on is a nested call, and 1,000 actors that answer at once
 * are 1,000 calls.
 */
import { createActor, setup } from "xstate"
import { type Contender, expect, timed } from "../../Bench.ts"

const name = "xstate (synchronous, unbounded)"

const machine = setup({
  types: { context: {} as { total: number }, events: {} as { readonly type: "add"; readonly by: number } }
}).createMachine({
  context: () => ({ total: 0 }),
  on: {
    add: {
      actions: ({ context, event }) => {
        if (event.by < 0) throw new Error("no positive number")
        context.total += event.by
      }
    }
  }
})

const counter = () => createActor(machine).start()

export const tell: Contender = {
  name,
  round: async (tells) => {
    const actor = counter()
    const millis = await timed(async () => {
      for (let i = 0; i < tells; i++) actor.send({ type: "add", by: 1 })
      expect("total", actor.getSnapshot().context.total, tells)
    })
    actor.stop()
    return millis
  }
}

export const ask: Contender = {
  name,
  round: async (asks) => {
    const actor = counter()
    const millis = await timed(async () => {
      let last = 0
      for (let i = 0; i < asks; i++) {
        actor.send({ type: "add", by: 1 })
        last = actor.getSnapshot().context.total
      }
      expect("total", last, asks)
    })
    actor.stop()
    return millis
  }
}

export const spawn: Contender = {
  name,
  round: (actors) =>
    timed(async () => {
      const registry = new Map<string, ReturnType<typeof counter>>()
      let answers = 0
      for (let i = 0; i < actors; i++) {
        const actor = counter()
        registry.set(String(i), actor)
        actor.send({ type: "add", by: 1 })
        answers += actor.getSnapshot().context.total
      }
      expect("answers", answers, actors)
      let ended = 0
      for (const [id, actor] of registry) {
        actor.stop()
        if (actor.getSnapshot().status === "stopped") ended++
        registry.delete(id)
      }
      expect("actors ended", ended, actors)
    })
}

/** An error ends the machine; a new one takes its place. */
export const crash = (every: number): Contender => ({
  name,
  round: async (sends) => {
    let crashes = 0
    let builds = 0
    const build = () => {
      builds++
      const made = createActor(machine)
      made.subscribe({
        error: () => {
          crashes++
          actor = build()
        }
      })
      return made.start()
    }
    let actor = build()
    actor.send({ type: "add", by: 1 })
    return timed(async () => {
      for (let sent = 1; sent <= sends; sent++) actor.send({ type: "add", by: sent % every === 0 ? -1 : 1 })
      expect("crashes", crashes, sends / every)
      actor.send({ type: "add", by: 1 })
      expect("total of the last machine", actor.getSnapshot().context.total, 1)
      expect("builds", builds, 1 + sends / every)
    })
  }
})

/** Actors that have handled one message; what is returned keeps them. */
export const keep = async (actors: number): Promise<unknown> => {
  const registry = new Map<string, ReturnType<typeof counter>>()
  for (let i = 0; i < actors; i++) {
    const actor = counter()
    registry.set(String(i), actor)
    actor.send({ type: "add", by: 1 })
    expect("answer", actor.getSnapshot().context.total, 1)
  }
  return registry
}
