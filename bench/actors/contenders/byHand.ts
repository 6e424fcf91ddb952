/**
 * What an engineer has who writes actors with Effect alone: a fiber that takes from `Queue.bounded(1024)`, answers through
 * a Deferred, and runs on Effect's default scheduler. No deadline, no withdrawal, no cycle check, no lanes; a registry or
 * a supervisor only where the subject needs one.
 *
 * Twice. Written: as one writes it, with generators, `Effect.forever` around the handling of one message, and a scope for
 * each actor. Tuned: everything hoisted that is made per message above, bare fibers, and no `Effect.forever`, which yields
 * to the scheduler each time around. That yield costs a full mailbox dear (sender and actor then take turns message by
 * message) and helps a single asker (the actor finds the next request where it would have gone to sleep), so neither is
 * the faster everywhere. Both are shown; floors are held against the first.
 */
import { Deferred, Effect, Exit, Fiber, Queue, Schedule, Scope } from "effect"
import * as FairScheduler from "../../../src/actor/FairScheduler.ts"
import { begin, type Contender, expect } from "../../Bench.ts"
import { inFlight, repeat } from "./repeat.ts"

export type Variant = "written" | "tuned"

export const named: Readonly<Record<Variant, string>> = {
  written: "Effect by hand",
  tuned: "Effect by hand, tuned"
}

// --- the actor by hand

const mailboxOf = <M>() => Queue.bounded<M>(1024)

/** What the fiber of an actor does: for ever, the next message. */
const loop: Readonly<
  Record<Variant, <M>(mailbox: Queue.Dequeue<M>, handle: (message: M) => Effect.Effect<unknown>) => Effect.Effect<void>>
> = {
  written: (mailbox, handle) =>
    Effect.gen(function* () {
      const message = yield* Queue.take(mailbox)
      yield* handle(message)
    }).pipe(Effect.forever),
  tuned: (mailbox, handle) => endlessly(Effect.flatMap(Queue.take(mailbox), handle))
}

/** `Effect.forever` without its yield. */
const endlessly = (body: Effect.Effect<unknown>): Effect.Effect<void> =>
  Effect.whileLoop({ while: () => true, body: () => body, step: () => {} })

interface Request {
  readonly by: number
  readonly reply: Deferred.Deferred<number>
}

interface Told {
  readonly by: number
  readonly reply: undefined
}

type Message = Request | Told

type Ask = (mailbox: Queue.Enqueue<Request>, by: number) => Effect.Effect<number>
const ask: Readonly<Record<Variant, Ask>> = {
  written: (mailbox, by) =>
    Effect.gen(function* () {
      const reply = yield* Deferred.make<number>()
      yield* Queue.offer(mailbox, { by, reply })
      return yield* Deferred.await(reply)
    }),
  tuned: Effect.fnUntraced(function* (mailbox: Queue.Enqueue<Request>, by: number) {
    const reply = yield* Deferred.make<number>()
    yield* Queue.offer(mailbox, { by, reply })
    return yield* Deferred.await(reply)
  })
}

/** A counter's handling, with the state that it closes over. */
const counting = () => {
  let total = 0
  return ({ by, reply }: Message): Effect.Effect<unknown> => {
    total += by
    return reply === undefined ? Effect.void : Deferred.succeed(reply, total)
  }
}

/** A counter whose fiber lives as long as the scope. */
const counter = (variant: Variant) =>
  Effect.gen(function* () {
    const mailbox = yield* mailboxOf<Message>()
    yield* Effect.forkScoped(loop[variant](mailbox, counting()))
    return mailbox
  })

// --- measuring it

const run = (program: Effect.Effect<number, never, Scope.Scope>): Promise<number> =>
  Effect.runPromise(Effect.scoped(program))

/** Milliseconds that a part of a program takes, setup and end left out. */
const timedPart = (part: Effect.Effect<void>): Effect.Effect<number> =>
  Effect.gen(function* () {
    const end = begin()
    yield* part
    return end()
  })

export const tell = (variant: Variant): Contender => ({
  name: named[variant],
  round: (tells) =>
    run(
      Effect.gen(function* () {
        const mailbox = yield* counter(variant)
        yield* ask[variant](mailbox, 0)
        return yield* timedPart(
          Effect.gen(function* () {
            yield* repeat(tells, () => Queue.offer(mailbox, { by: 1, reply: undefined }))
            expect("total", yield* ask[variant](mailbox, 0), tells)
          })
        )
      })
    )
})

const asking = (variant: Variant, fibers: number, asks: number) =>
  Effect.gen(function* () {
    const mailbox = yield* counter(variant)
    yield* ask[variant](mailbox, 0)
    return yield* timedPart(
      Effect.gen(function* () {
        yield* inFlight(fibers, asks, () => ask[variant](mailbox, 1))
        expect("total", yield* ask[variant](mailbox, 0), asks)
      })
    )
  })

export const asks = (variant: Variant, fibers: number): Contender => ({
  name: named[variant],
  round: (times) => run(asking(variant, fibers, times))
})

/** How much of the distance is the scheduler. */
export const asksOnFairScheduler = (fibers: number): Contender => ({
  name: `${named.tuned}, Troupe's scheduler`,
  round: (times) =>
    Effect.runPromise(Effect.withScheduler(Effect.scoped(asking("tuned", fibers, times)), FairScheduler.make()))
})

/** With a span around the handling of each message. */
export const asksTraced = (name: string): Contender => ({
  name,
  round: (times) =>
    run(
      Effect.gen(function* () {
        const mailbox = yield* mailboxOf<Request>()
        const handle = counting()
        yield* Effect.forkScoped(
          loop.written(mailbox, (message) =>
            Effect.withSpan(
              Effect.suspend(() => handle(message)),
              "Counter.Add",
              { kind: "server", root: true, captureStackTrace: false }
            )
          )
        )
        yield* ask.written(mailbox, 0)
        return yield* timedPart(
          Effect.gen(function* () {
            yield* repeat(times, () => ask.written(mailbox, 1))
            expect("total", yield* ask.written(mailbox, 0), times)
          })
        )
      })
    )
})

export const ring = (variant: Variant, size: number, operations: number): Contender => ({
  name: named[variant],
  operations,
  round: (hops) =>
    run(
      Effect.gen(function* () {
        let arrived: (at: number) => void = () => {}
        const mailboxes = yield* Effect.forEach(Array.from({ length: size }), () => mailboxOf<number>())
        yield* Effect.forEach(mailboxes, (mailbox, at) => {
          const next = mailboxes[(at + 1) % size]!
          const pass = (left: number): Effect.Effect<unknown> =>
            left === 0 ? Effect.sync(() => arrived(at)) : Queue.offer(next, left - 1)
          return Effect.forkScoped(loop[variant](mailbox, pass))
        })
        const lap = (length: number) =>
          Effect.gen(function* () {
            const end = new Promise<number>((resolve) => {
              arrived = resolve
            })
            yield* Queue.offer(mailboxes[0]!, length)
            expect("actor at which it ended", yield* Effect.promise(() => end), length % size)
          })
        yield* lap(size)
        return yield* timedPart(lap(hops))
      })
    )
})

/**
 * Written, all at once: a fiber for each request, as `Effect.forEach` makes them; or one after the other. Tuned: send all,
 * then wait for all, in one fiber.
 */
export const gather = (
  variant: Variant,
  name: string,
  actors: number,
  operations: number,
  concurrency: "unbounded" | 1
): Contender => ({
  name,
  operations,
  round: (times) =>
    run(
      Effect.gen(function* () {
        const mailboxes = yield* Effect.forEach(Array.from({ length: actors }), () => counter(variant))
        const request = Effect.fnUntraced(function* (mailbox: Queue.Enqueue<Request>) {
          const reply = yield* Deferred.make<number>()
          yield* Queue.offer(mailbox, { by: 1, reply })
          return reply
        })
        const collect =
          variant === "written"
            ? Effect.forEach(mailboxes, (mailbox) => ask.written(mailbox, 1), { concurrency })
            : Effect.flatMap(Effect.forEach(mailboxes, request), Effect.forEach(Deferred.await<number, never>))
        yield* collect
        const rounds = times / actors
        return yield* timedPart(
          Effect.gen(function* () {
            let last: ReadonlyArray<number> = []
            for (let i = 0; i < rounds; i++) last = yield* collect
            expect("answers", last.length, actors)
            for (const answer of last) expect("answer", answer, rounds + 1)
          })
        )
      })
    )
})

// --- starting and stopping

interface Spawned {
  readonly mailbox: Queue.Queue<Message>
  readonly stop: Effect.Effect<unknown>
}

/** Makes a counter and puts it into the registry by which it is found and stopped. */
const spawning = (variant: Variant, registry: Map<string, Spawned>) => {
  switch (variant) {
    case "written":
      return (id: string) =>
        Effect.gen(function* () {
          const scope = yield* Scope.make()
          const mailbox = yield* Scope.extend(counter("written"), scope)
          registry.set(id, { mailbox, stop: Scope.close(scope, Exit.void) })
          return mailbox
        })
    case "tuned":
      return Effect.fnUntraced(function* (id: string) {
        const mailbox = yield* mailboxOf<Message>()
        const fiber = yield* Effect.forkDaemon(loop.tuned(mailbox, counting()))
        registry.set(id, { mailbox, stop: Fiber.interrupt(fiber) })
        return mailbox
      })
  }
}

export const spawn = (variant: Variant): Contender => ({
  name: named[variant],
  round: (actors) =>
    Effect.runPromise(
      Effect.suspend(() => {
        const registry = new Map<string, Spawned>()
        const make = spawning(variant, registry)
        return timedPart(
          Effect.gen(function* () {
            let answers = 0
            for (let i = 0; i < actors; i++) answers += yield* ask[variant](yield* make(String(i)), 1)
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

/** Actors that have handled one message and wait for the next; what is returned keeps them. */
export const keep = (variant: Variant, actors: number): Promise<unknown> =>
  Effect.runPromise(
    Effect.gen(function* () {
      const registry = new Map<string, Spawned>()
      const make = spawning(variant, registry)
      for (let i = 0; i < actors; i++) expect("answer", yield* ask[variant](yield* make(String(i)), 1), 1)
      return registry
    })
  )

// --- crashing

/** A counter's handling that crashes at what is not positive; its asker hears of the crash first. */
const countingWithCare = () => {
  let total = 0
  return ({ by, reply }: Request): Effect.Effect<unknown> => {
    if (by <= 0) {
      const crash = Exit.die(new Error("no positive number"))
      return Effect.zipRight(Deferred.done(reply, crash), crash)
    }
    total += by
    return Deferred.succeed(reply, total)
  }
}

/**
 * Incarnations, one after the other: each has its scope and its state, and the mailbox stays. Written: retried by a
 * Schedule that limits restarts, each with its line in the log (which nobody prints here). Tuned: begun again without
 * limit or line.
 */
const supervised = (
  variant: Variant,
  mailbox: Queue.Dequeue<Request>,
  limit: number,
  built: () => void
): Effect.Effect<void> => {
  const incarnation = Effect.scoped(
    Effect.suspend(() => {
      built()
      return loop[variant](mailbox, countingWithCare())
    })
  )
  switch (variant) {
    case "written":
      return incarnation.pipe(
        Effect.sandbox,
        Effect.tapError((cause) => Effect.logDebug("crashed; restart", cause)),
        Effect.retry(Schedule.recurs(limit)),
        Effect.unsandbox
      )
    case "tuned":
      return endlessly(Effect.exit(incarnation))
  }
}

export const crash = (variant: Variant, every: number): Contender => ({
  name: named[variant],
  round: (times) =>
    run(
      Effect.gen(function* () {
        const mailbox = yield* mailboxOf<Request>()
        let builds = 0
        const built = () => {
          builds++
        }
        yield* Effect.forkScoped(supervised(variant, mailbox, times, built))
        yield* ask[variant](mailbox, 1)
        let sent = 0
        let crashes = 0
        const noteCrash = () =>
          Effect.sync(() => {
            crashes++
          })
        return yield* timedPart(
          Effect.gen(function* () {
            yield* repeat(times, () =>
              Effect.catchAllDefect(ask[variant](mailbox, ++sent % every === 0 ? 0 : 1), noteCrash)
            )
            expect("crashes that their askers heard of", crashes, times / every)
            expect("total of the last incarnation", yield* ask[variant](mailbox, 1), 1)
            expect("builds", builds, 1 + times / every)
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
        return timedPart(
          Effect.gen(function* () {
            yield* repeat(times, once)
            expect("fibers begun", begun, times)
          })
        )
      })
    )
}
