/**
 * What an engineer has who writes actors with Effect alone: a fiber that takes from `Queue.bounded(1024)` and answers
 * through a Deferred, on Effect's default scheduler. No deadline, no withdrawal, no cycle check, and a registry or a
 * supervisor only where the subject needs one.
 *
 * Twice: as one writes it, and tuned, with everything hoisted that is made per message above. The tuned one is no longer
 * what people write; it is here so that nobody need wonder how much of the distance is style.
 */
import { Deferred, Effect, Exit, Fiber, Queue, Schedule, Scope } from "effect"
import * as FairScheduler from "../../../src/actor/FairScheduler.ts"
import { type Contender, expect, now } from "../../Bench.ts"
import { inFlight, repeat } from "./repeat.ts"

export type Variant = "written" | "tuned"

export const named: Readonly<Record<Variant, string>> = {
  written: "Effect by hand",
  tuned: "Effect by hand, tuned"
}

const capacity = 1024

interface Message {
  readonly by: number
  readonly reply: Deferred.Deferred<number> | undefined
}

interface Counter {
  readonly tell: (by: number) => Effect.Effect<unknown>
  readonly ask: (by: number) => Effect.Effect<number>
}

/** `Effect.forever` would yield to the scheduler each time around, which costs ten times as much as the message. */
const endlessly = (body: Effect.Effect<unknown>): Effect.Effect<void> =>
  Effect.whileLoop({ while: () => true, body: () => body, step: () => {} })

/** A counter whose fiber lives as long as the scope. */
const makeCounter: Readonly<Record<Variant, Effect.Effect<Counter, never, Scope.Scope>>> = {
  written: Effect.gen(function* () {
    const mailbox = yield* Queue.bounded<Message>(capacity)
    yield* Effect.forkScoped(
      Effect.gen(function* () {
        let total = 0
        while (true) {
          const { by, reply } = yield* Queue.take(mailbox)
          total += by
          if (reply !== undefined) yield* Deferred.succeed(reply, total)
        }
      })
    )
    return {
      tell: (by) => Queue.offer(mailbox, { by, reply: undefined }),
      ask: (by) =>
        Effect.gen(function* () {
          const reply = yield* Deferred.make<number>()
          yield* Queue.offer(mailbox, { by, reply })
          return yield* Deferred.await(reply)
        })
    }
  }),
  tuned: Effect.gen(function* () {
    const mailbox = yield* Queue.bounded<Message>(capacity)
    let total = 0
    const handle = ({ by, reply }: Message) => {
      total += by
      return reply === undefined ? Effect.void : Deferred.succeed(reply, total)
    }
    yield* Effect.forkScoped(endlessly(Effect.flatMap(Queue.take(mailbox), handle)))
    return {
      tell: (by) => Queue.offer(mailbox, { by, reply: undefined }),
      ask: Effect.fnUntraced(function* (by: number) {
        const reply = yield* Deferred.make<number>()
        yield* Queue.offer(mailbox, { by, reply })
        return yield* Deferred.await(reply)
      })
    }
  })
}

const run = (program: Effect.Effect<number, never, Scope.Scope>): Promise<number> =>
  Effect.runPromise(Effect.scoped(program))

/** Milliseconds that a part of a program takes, setup and end left out. */
const timedEffect = (part: Effect.Effect<void>): Effect.Effect<number> =>
  Effect.gen(function* () {
    const start = now()
    yield* part
    return now() - start
  })

export const tell = (variant: Variant): Contender => ({
  name: named[variant],
  round: (tells) =>
    run(
      Effect.gen(function* () {
        const counter = yield* makeCounter[variant]
        yield* counter.ask(0)
        return yield* timedEffect(
          Effect.gen(function* () {
            yield* repeat(tells, () => counter.tell(1))
            expect("total", yield* counter.ask(0), tells)
          })
        )
      })
    )
})

const asking = (variant: Variant, fibers: number, asks: number) =>
  Effect.gen(function* () {
    const counter = yield* makeCounter[variant]
    yield* counter.ask(0)
    return yield* timedEffect(
      Effect.gen(function* () {
        yield* inFlight(fibers, asks, () => counter.ask(1))
        expect("total", yield* counter.ask(0), asks)
      })
    )
  })

export const ask = (variant: Variant, fibers: number): Contender => ({
  name: named[variant],
  round: (asks) => run(asking(variant, fibers, asks))
})

/** How much of the distance is the scheduler. */
export const askOnFairScheduler = (fibers: number): Contender => ({
  name: `${named.tuned}, Troupe's scheduler`,
  round: (asks) =>
    Effect.runPromise(Effect.withScheduler(Effect.scoped(asking("tuned", fibers, asks)), FairScheduler.make()))
})

/** The same, with a span for each message that is handled, child of its sender's. */
export const askTraced = (name: string): Contender => ({
  name,
  round: (asks) =>
    run(
      Effect.gen(function* () {
        const mailbox = yield* Queue.bounded<{ readonly by: number; readonly reply: Deferred.Deferred<number> }>(
          capacity
        )
        yield* Effect.forkScoped(
          Effect.gen(function* () {
            let total = 0
            while (true) {
              const { by, reply } = yield* Queue.take(mailbox)
              yield* Effect.withSpan(
                Effect.suspend(() => {
                  total += by
                  return Deferred.succeed(reply, total)
                }),
                "Counter.Add",
                { kind: "server", root: true, captureStackTrace: false }
              )
            }
          })
        )
        const send = (by: number) =>
          Effect.gen(function* () {
            const reply = yield* Deferred.make<number>()
            yield* Queue.offer(mailbox, { by, reply })
            return yield* Deferred.await(reply)
          })
        yield* send(0)
        return yield* timedEffect(
          Effect.gen(function* () {
            yield* repeat(asks, () => send(1))
            expect("total", yield* send(0), asks)
          })
        )
      })
    )
})

const makeRing: Readonly<
  Record<
    Variant,
    (
      mailboxes: ReadonlyArray<Queue.Queue<number>>,
      arrived: (at: number) => void
    ) => Effect.Effect<unknown, never, Scope.Scope>
  >
> = {
  written: (mailboxes, arrived) =>
    Effect.forEach(mailboxes, (mailbox, at) =>
      Effect.forkScoped(
        Effect.gen(function* () {
          const next = mailboxes[(at + 1) % mailboxes.length]!
          while (true) {
            const left = yield* Queue.take(mailbox)
            if (left === 0) arrived(at)
            else yield* Queue.offer(next, left - 1)
          }
        })
      )
    ),
  tuned: (mailboxes, arrived) =>
    Effect.forEach(mailboxes, (mailbox, at) => {
      const next = mailboxes[(at + 1) % mailboxes.length]!
      const pass = (left: number): Effect.Effect<unknown> =>
        left === 0 ? Effect.sync(() => arrived(at)) : Queue.offer(next, left - 1)
      return Effect.forkScoped(endlessly(Effect.flatMap(Queue.take(mailbox), pass)))
    })
}

export const ring = (variant: Variant, size: number, operations: number): Contender => ({
  name: named[variant],
  operations,
  round: (hops) =>
    run(
      Effect.gen(function* () {
        const mailboxes = yield* Effect.forEach(Array.from({ length: size }), () => Queue.bounded<number>(capacity))
        let arrived: (at: number) => void = () => {}
        yield* makeRing[variant](mailboxes, (at) => arrived(at))
        const lap = (length: number) =>
          Effect.gen(function* () {
            const end = new Promise<number>((resolve) => {
              arrived = resolve
            })
            yield* Queue.offer(mailboxes[0]!, length)
            expect("actor at which it ended", yield* Effect.promise(() => end), length % size)
          })
        yield* lap(size)
        return yield* timedEffect(lap(hops))
      })
    )
})

/** Written: a fiber for each request, as `Effect.forEach` makes them. Tuned: send all, then wait for all, in one fiber. */
export const gather = (variant: Variant, actors: number, operations: number): Contender => ({
  name: named[variant],
  operations,
  round: (asks) =>
    run(
      Effect.gen(function* () {
        const mailboxes = yield* Effect.forEach(Array.from({ length: actors }), () => Queue.bounded<Message>(capacity))
        yield* Effect.forEach(mailboxes, (mailbox) => {
          let total = 0
          return Effect.forkScoped(
            Effect.gen(function* () {
              while (true) {
                const { by, reply } = yield* Queue.take(mailbox)
                total += by
                if (reply !== undefined) yield* Deferred.succeed(reply, total)
              }
            })
          )
        })
        const send = Effect.fnUntraced(function* (mailbox: Queue.Queue<Message>) {
          const reply = yield* Deferred.make<number>()
          yield* Queue.offer(mailbox, { by: 1, reply })
          return reply
        })
        const collect =
          variant === "written"
            ? Effect.forEach(mailboxes, (mailbox) => Effect.flatMap(send(mailbox), Deferred.await), {
                concurrency: "unbounded"
              })
            : Effect.flatMap(Effect.forEach(mailboxes, send), Effect.forEach(Deferred.await<number, never>))
        yield* collect
        const times = asks / actors
        return yield* timedEffect(
          Effect.gen(function* () {
            let last: ReadonlyArray<number> = []
            for (let i = 0; i < times; i++) last = yield* collect
            expect("answers", last.length, actors)
            for (const answer of last) expect("answer", answer, times + 1)
          })
        )
      })
    )
})

interface Spawned {
  readonly counter: Counter
  readonly stop: Effect.Effect<void>
}

/** With a registry, by which an actor is found and stopped. Written: a scope for each, as an actor owns what it acquires. Tuned: a bare fiber. */
const spawner: Readonly<Record<Variant, (registry: Map<string, Spawned>) => (id: string) => Effect.Effect<Counter>>> = {
  written: (registry) => (id) =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const counter = yield* Scope.extend(makeCounter.written, scope)
      registry.set(id, { counter, stop: Scope.close(scope, Exit.void) })
      return counter
    }),
  tuned: (registry) =>
    Effect.fnUntraced(function* (id: string) {
      const mailbox = yield* Queue.bounded<Message>(capacity)
      let total = 0
      const handle = ({ by, reply }: Message) => {
        total += by
        return reply === undefined ? Effect.void : Deferred.succeed(reply, total)
      }
      const fiber = yield* Effect.forkDaemon(endlessly(Effect.flatMap(Queue.take(mailbox), handle)))
      const counter: Counter = {
        tell: (by) => Queue.offer(mailbox, { by, reply: undefined }),
        ask: Effect.fnUntraced(function* (by: number) {
          const reply = yield* Deferred.make<number>()
          yield* Queue.offer(mailbox, { by, reply })
          return yield* Deferred.await(reply)
        })
      }
      registry.set(id, { counter, stop: Effect.asVoid(Fiber.interrupt(fiber)) })
      return counter
    })
}

export const spawn = (variant: Variant): Contender => ({
  name: named[variant],
  round: (actors) =>
    Effect.runPromise(
      Effect.gen(function* () {
        const registry = new Map<string, Spawned>()
        const make = spawner[variant](registry)
        return yield* timedEffect(
          Effect.gen(function* () {
            let answers = 0
            for (let i = 0; i < actors; i++) {
              const counter = yield* make(String(i))
              answers += yield* counter.ask(1)
            }
            expect("answers", answers, actors)
            expect("actors alive", registry.size, actors)
            for (const [id, { stop }] of registry) {
              yield* stop
              registry.delete(id)
            }
            expect("actors alive", registry.size, 0)
          })
        )
      })
    )
})

interface Request {
  readonly by: number
  readonly reply: Deferred.Deferred<number>
}

const add = (total: number, by: number): number => {
  if (by <= 0) throw new Error("no positive number")
  return total + by
}

/**
 * The asker hears of the crash, the incarnation ends with its scope and its state, and the mailbox stays. Written: retried
 * by a Schedule that limits restarts, each with its line in the log (which nobody prints here). Tuned: begun again without
 * limit or line.
 */
const makeFragile: Readonly<
  Record<Variant, (mailbox: Queue.Queue<Request>, limit: number, built: () => void) => Effect.Effect<unknown>>
> = {
  written: (mailbox, limit, built) => {
    const incarnation = Effect.gen(function* () {
      built()
      let total = 0
      while (true) {
        const { by, reply } = yield* Queue.take(mailbox)
        const exit = yield* Effect.exit(Effect.sync(() => add(total, by)))
        yield* Deferred.done(reply, exit)
        total = yield* exit
      }
    })
    return Effect.scoped(incarnation).pipe(
      Effect.sandbox,
      Effect.tapError((cause) => Effect.logDebug("crashed; restart", cause)),
      Effect.retry(Schedule.recurs(limit)),
      Effect.unsandbox
    )
  },
  tuned: (mailbox, _, built) => {
    const begin = Effect.suspend(() => {
      built()
      let total = 0
      const handle = ({ by, reply }: Request): Effect.Effect<unknown> => {
        try {
          total = add(total, by)
        } catch (defect) {
          return Effect.zipRight(Deferred.die(reply, defect), Effect.die(defect))
        }
        return Deferred.succeed(reply, total)
      }
      return endlessly(Effect.flatMap(Queue.take(mailbox), handle))
    })
    return endlessly(Effect.exit(Effect.scoped(begin)))
  }
}

export const crash = (variant: Variant, every: number): Contender => ({
  name: named[variant],
  round: (asks) =>
    run(
      Effect.gen(function* () {
        const mailbox = yield* Queue.bounded<Request>(capacity)
        let builds = 0
        yield* Effect.forkScoped(
          makeFragile[variant](mailbox, asks, () => {
            builds++
          })
        )
        const send = Effect.fnUntraced(function* (by: number) {
          const reply = yield* Deferred.make<number>()
          yield* Queue.offer(mailbox, { by, reply })
          return yield* Deferred.await(reply)
        })
        yield* send(1)
        let sent = 0
        let crashes = 0
        const noteCrash = () =>
          Effect.sync(() => {
            crashes++
          })
        return yield* timedEffect(
          Effect.gen(function* () {
            yield* repeat(asks, () => Effect.catchAllDefect(send(++sent % every === 0 ? 0 : 1), noteCrash))
            expect("crashes that their askers heard of", crashes, asks / every)
            expect("total of the last incarnation", yield* send(1), 1)
            expect("builds", builds, 1 + asks / every)
          })
        )
      })
    )
})

/** A scope is made, a fiber forked in it that dies, its end awaited, and the scope closed with it. */
export const scopeAndFork: Contender = {
  name: "making and closing a scope and forking by hand",
  round: (times) =>
    Effect.runPromise(
      Effect.suspend(() => {
        let begun = 0
        const dying = Effect.suspend(() => {
          begun++
          return Effect.die(new Error("asked to crash"))
        })
        const once = Effect.fnUntraced(function* () {
          const scope = yield* Scope.make()
          const fiber = yield* Effect.forkIn(dying, scope)
          yield* Scope.close(scope, yield* Fiber.await(fiber))
        })
        return timedEffect(
          Effect.gen(function* () {
            yield* repeat(times, once)
            expect("fibers begun", begun, times)
          })
        )
      })
    )
}

/** Actors that have handled one message and wait for the next; what is returned keeps them. */
export const keep = (variant: Variant, actors: number): Promise<unknown> =>
  Effect.runPromise(
    Effect.gen(function* () {
      const registry = new Map<string, Spawned>()
      const make = spawner[variant](registry)
      for (let i = 0; i < actors; i++) {
        const counter = yield* make(String(i))
        expect("answer", yield* counter.ask(1), 1)
      }
      return registry
    })
  )
