/**
 * nact: actors of plain functions. Its mailbox is unbounded, so its `dispatch` never waits; each message is a
 * `setImmediate` and each answer a Promise, a query has a timer of its own.
 */
import { dispatch, query, type Ref, spawn, start, stop } from "nact"
import { type Contender, expect, timed } from "../../Bench.ts"

const name = "nact (unbounded)"

const inSystem = async (use: (system: ReturnType<typeof start>) => Promise<number>): Promise<number> => {
  const system = start()
  try {
    return await use(system)
  } finally {
    stop(system)
  }
}

interface Message {
  readonly by: number
  readonly sender?: Ref<number> | undefined
}

const count = (total: number, { by, sender }: Message): number => {
  if (sender !== undefined) dispatch(sender, total + by)
  return total + by
}

const counter = (system: ReturnType<typeof start>, id: string): Ref<Message> =>
  spawn(system, count, id, { initialState: 0 })

const ask = (ref: Ref<Message>, by: number): Promise<number> =>
  query(ref, (sender: Ref<number>): Message => ({ by, sender }), 30_000)

export const tell: Contender = {
  name,
  round: (tells) =>
    inSystem(async (system) => {
      const ref = counter(system, "a")
      await ask(ref, 0)
      return timed(async () => {
        for (let i = 0; i < tells; i++) dispatch(ref, { by: 1 })
        expect("total", await ask(ref, 0), tells)
      })
    })
}

export const asks = (atOnce: number): Contender => ({
  name,
  round: (times) =>
    inSystem(async (system) => {
      const ref = counter(system, "a")
      await ask(ref, 0)
      return timed(async () => {
        await Promise.all(
          Array.from({ length: atOnce }, async () => {
            for (let i = 0; i < times / atOnce; i++) await ask(ref, 1)
          })
        )
        expect("total", await ask(ref, 0), times)
      })
    })
})

export const ring = (size: number, operations: number): Contender => ({
  name,
  operations,
  round: (hops) =>
    inSystem(async (system) => {
      let arrived: (at: number) => void = () => {}
      const nodes: Array<Ref<number>> = Array.from({ length: size }, (_, at) =>
        spawn(
          system,
          (_state: undefined, left: number) => {
            if (left === 0) arrived(at)
            else dispatch(nodes[(at + 1) % size]!, left - 1)
            return undefined
          },
          String(at)
        )
      )
      const lap = async (length: number) => {
        const end = new Promise<number>((resolve) => {
          arrived = resolve
        })
        dispatch(nodes[0]!, length)
        expect("actor at which it ended", await end, length % size)
      }
      await lap(size)
      return timed(() => lap(hops))
    })
})

/**
 * So many at a time: a query is known by 32 bits of chance, so that of 10,000 at once two are the same in every 86th run,
 * and one of them is never answered.
 */
const atATime = 100

export const gather = (actors: number): Contender => ({
  name: `${name}, ${atATime} at a time`,
  round: (times) =>
    inSystem(async (system) => {
      const refs = Array.from({ length: actors }, (_, i) => counter(system, String(i)))
      const collect = async () => {
        const answers: Array<number> = []
        for (let i = 0; i < actors; i += atATime) {
          answers.push(...(await Promise.all(refs.slice(i, i + atATime).map((ref) => ask(ref, 1)))))
        }
        return answers
      }
      await collect()
      return timed(async () => {
        const rounds = times / actors
        let last: ReadonlyArray<number> = []
        for (let i = 0; i < rounds; i++) last = await collect()
        expect("answers", last.length, actors)
        for (const answer of last) expect("answer", answer, rounds + 1)
      })
    })
})

export const spawnAndStop: Contender = {
  name,
  round: (actors) =>
    inSystem((system) =>
      timed(async () => {
        let answers = 0
        let ended = 0
        const refs: Array<Ref<Message>> = []
        for (let i = 0; i < actors; i++) {
          const afterStop = () => {
            ended++
          }
          const ref: Ref<Message> = spawn(system, count, String(i), { initialState: 0, afterStop })
          answers += await ask(ref, 1)
          refs.push(ref)
        }
        expect("answers", answers, actors)
        for (const ref of refs) stop(ref)
        await new Promise<void>((resolve) => setImmediate(resolve))
        expect("actors ended", ended, actors)
      })
    )
}

/** Its supervision is a function of each actor: the one who asked hears of the crash from there. */
export const crash = (every: number): Contender => ({
  name,
  round: (times) =>
    inSystem(async (system) => {
      let builds = 0
      const ref: Ref<Message> = spawn(
        system,
        (total: number, message: Message) => {
          if (message.by <= 0) throw new Error("no positive number")
          return count(total, message)
        },
        "a",
        {
          initialStateFunc: () => {
            builds++
            return 0
          },
          onCrash: (message, error, context) => {
            // The crash, told to whom waits for a number: nact's messages have no type of their own for it.
            if (message?.sender !== undefined) dispatch(message.sender as Ref<unknown>, error)
            return context.reset
          }
        }
      )
      await ask(ref, 1)
      return timed(async () => {
        let crashes = 0
        for (let sent = 1; sent <= times; sent++) {
          const answer: unknown = await ask(ref, sent % every === 0 ? 0 : 1)
          if (answer instanceof Error) crashes++
        }
        expect("crashes that their askers heard of", crashes, times / every)
        expect("total of the last incarnation", await ask(ref, 1), 1)
        expect("builds", builds, 1 + times / every)
      })
    })
})

/** Actors that have handled one message and wait for the next; what is returned keeps them. */
export const keep = async (actors: number): Promise<unknown> => {
  const system = start()
  const refs = Array.from({ length: actors }, (_, i) => counter(system, String(i)))
  for (const ref of refs) expect("answer", await ask(ref, 1), 1)
  return { system, refs }
}
