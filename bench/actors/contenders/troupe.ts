/**
 * Troupe, through its public API and with default options: mailbox of 1,024 with back-pressure, deadline of 30 s on every
 * ask, withdrawal, registry, wait-for cycles and supervision on; tracing off. What a subject needs beside that is said
 * there. The host runs on Effect's default scheduler, as `ManagedRuntime` starts it.
 *
 * After each round nothing may be among the dead letters.
 */
import { setTimeout } from "node:timers/promises"
import { Rpc } from "@effect/rpc"
import { Effect, Exit, Layer, Logger, LogLevel, ManagedRuntime, Ref, Schema, Scope } from "effect"
import * as Actor from "../../../src/actor/Actor.ts"
import { ActorContext } from "../../../src/actor/ActorContext.ts"
import { AskError } from "../../../src/actor/ActorError.ts"
import * as ActorSystem from "../../../src/actor/ActorSystem.ts"
import { DeadLetters } from "../../../src/actor/DeadLetters.ts"
import * as Gather from "../../../src/actor/Gather.ts"
import * as Supervision from "../../../src/actor/Supervision.ts"
import { type Contender, expect, timed } from "../../Bench.ts"
import { inFlight, repeat } from "./repeat.ts"

/** How the handlers are written: plain functions, or functions that return an Effect. */
export type Style = "plain" | "sync" | "fnUntraced" | "fiber"

export const named: Readonly<Record<Style, string>> = {
  plain: "Troupe",
  /** One computation; Troupe knows that it needs no fiber for it. */
  sync: "Troupe, handlers are Effect.sync",
  /** A generator, whose steps need no fiber as long as they are synchronous; these are. */
  fnUntraced: "Troupe, handlers are Effect.fnUntraced",
  /** An Effect that looks at its fiber, and so needs one; it does nothing else. */
  fiber: "Troupe, handlers need their fiber"
}

type Services = ActorSystem.ActorSystem | ActorSystem.LocalActorSystem | DeadLetters

const inSystem = async (
  live: Layer.Layer<never, never, ActorSystem.ActorSystem>,
  use: (runtime: ManagedRuntime.ManagedRuntime<Services, never>) => Promise<number>,
  options?: ActorSystem.Options
): Promise<number> => {
  const runtime = ManagedRuntime.make(live.pipe(Layer.provideMerge(ActorSystem.layer(options)), Layer.provide(silent)))
  try {
    const measured = await use(runtime)
    const counts = await runtime.runPromise(Effect.flatMap(DeadLetters, (letters) => letters.counts))
    for (const [reason, count] of Object.entries(counts)) expect(`dead letters, ${reason}`, count, 0)
    return measured
  } finally {
    await runtime.dispose()
  }
}

/** Crashes are logged by default; thousands of lines would measure the terminal. */
const silent = Logger.minimumLogLevel(LogLevel.None)

export const Counter = Actor.make("Counter", [Rpc.make("Add", { payload: { by: Schema.Int }, success: Schema.Int })])

export const counterLive = (style: Style, options?: Actor.ActorOptions) => {
  switch (style) {
    case "plain":
      return Counter.toLayer(
        Effect.sync(() => {
          let total = 0
          return Counter.of({
            Add: ({ by }) => {
              total += by
              return total
            }
          })
        }),
        options
      )
    case "sync":
      return Counter.toLayer(
        Effect.sync(() => {
          let total = 0
          return Counter.of({
            Add: ({ by }) =>
              Effect.sync(() => {
                total += by
                return total
              })
          })
        }),
        options
      )
    case "fnUntraced":
      return Counter.toLayer(
        Effect.gen(function* () {
          const total = yield* Ref.make(0)
          return Counter.of({
            Add: Effect.fnUntraced(function* ({ by }) {
              return yield* Ref.updateAndGet(total, (before) => before + by)
            })
          })
        }),
        options
      )
    case "fiber":
      return Counter.toLayer(
        Effect.sync(() => {
          let total = 0
          return Counter.of({
            Add: ({ by }) =>
              Effect.withFiberRuntime(() => {
                total += by
                return Effect.succeed(total)
              })
          })
        }),
        options
      )
  }
}

export const tell = (style: Style, name = named[style], options?: ActorSystem.Options): Contender => ({
  name,
  round: (tells) =>
    inSystem(
      counterLive(style),
      async (runtime) => {
        const counter = (await runtime.runPromise(Counter.client))("a")
        await runtime.runPromise(counter.ask.Add({ by: 0 }))
        return timed(async () => {
          await runtime.runPromise(repeat(tells, () => counter.tell.Add({ by: 1 })))
          expect("total", await runtime.runPromise(counter.ask.Add({ by: 0 })), tells)
        })
      },
      options
    )
})

export const ask = (style: Style, fibers: number, name = named[style], options?: ActorSystem.Options): Contender => ({
  name,
  round: (asks) =>
    inSystem(
      counterLive(style),
      async (runtime) => {
        const counter = (await runtime.runPromise(Counter.client))("a")
        await runtime.runPromise(counter.ask.Add({ by: 0 }))
        return timed(async () => {
          await runtime.runPromise(inFlight(fibers, asks, () => counter.ask.Add({ by: 1 })))
          expect("total", await runtime.runPromise(counter.ask.Add({ by: 0 })), asks)
        })
      },
      options
    )
})

export const suspended = "Troupe, handlers are Effect.suspend"

const Node = Actor.make("Node", [
  Rpc.make("Pass", {
    payload: { left: Schema.Int },
    // What the tell to the next one meets is its answer.
    error: AskError
  })
])

const ringLive = (style: Style, size: number, arrived: (at: number) => void) =>
  Node.toLayer(
    Effect.gen(function* () {
      const at = Number((yield* ActorContext).id)
      const next = (yield* Node.client)(String((at + 1) % size))
      switch (style) {
        case "plain":
          return Node.of({ Pass: ({ left }) => (left === 0 ? arrived(at) : next.tell.Pass({ left: left - 1 })) })
        case "sync":
          return Node.of({
            Pass: ({ left }) =>
              Effect.suspend(() => (left === 0 ? Effect.sync(() => arrived(at)) : next.tell.Pass({ left: left - 1 })))
          })
        case "fnUntraced":
          return Node.of({
            Pass: Effect.fnUntraced(function* ({ left }) {
              if (left === 0) return arrived(at)
              yield* next.tell.Pass({ left: left - 1 })
            })
          })
        case "fiber":
          return Node.of({
            Pass: ({ left }) =>
              Effect.withFiberRuntime(() =>
                left === 0 ? Effect.sync(() => arrived(at)) : next.tell.Pass({ left: left - 1 })
              )
          })
      }
    })
  )

/** Round the ring, `sync` suspends the tell. */
export const ring = (style: Style, size: number): Contender => ({
  name: style === "sync" ? suspended : named[style],
  round: (hops) => {
    let arrived: (at: number) => void = () => {}
    return inSystem(
      ringLive(style, size, (at) => arrived(at)),
      async (runtime) => {
        const client = await runtime.runPromise(Node.client)
        const nodes = Array.from({ length: size }, (_, at) => client(String(at)))
        const lap = async (length: number) => {
          const end = new Promise<number>((resolve) => {
            arrived = resolve
          })
          await runtime.runPromise(nodes[0]!.tell.Pass({ left: length }))
          expect("actor at which it ended", await end, length % size)
        }
        await runtime.runPromise(Effect.forEach(nodes, (node) => node.ask.Pass({ left: 0 })))
        await lap(size)
        return timed(() => lap(hops))
      }
    )
  }
})

export const gather = (name: string, actors: number, how: "Gather.all" | "unbounded" | 1): Contender => ({
  name,
  round: (operations) =>
    inSystem(counterLive("plain"), async (runtime) => {
      const client = await runtime.runPromise(Counter.client)
      const refs = Array.from({ length: actors }, (_, i) => client(String(i)))
      const asks = () => refs.map((ref) => ref.ask.Add({ by: 1 }))
      const answers =
        how === "Gather.all"
          ? Effect.suspend(() =>
              Effect.map(Gather.all(asks()), (exits) => exits.map((exit) => Exit.getOrElse(exit, () => 0)))
            )
          : Effect.suspend(() => Effect.all(asks(), { concurrency: how }))
      const collect = () => runtime.runPromise(answers)
      await collect()
      return timed(async () => {
        const times = operations / actors
        let last: ReadonlyArray<number> = []
        for (let i = 0; i < times; i++) last = await collect()
        expect("answers", last.length, actors)
        for (const answer of last) expect("answer", answer, times + 1)
      })
    })
})

/** Roots, each activated by an ask, all alive at once; then each is stopped. */
export const spawnRoots = (style: Style, name = named[style]): Contender => ({
  name,
  round: (actors) =>
    inSystem(counterLive(style), async (runtime) => {
      const client = await runtime.runPromise(Counter.client)
      const system = await runtime.runPromise(ActorSystem.ActorSystem)
      const local = await runtime.runPromise(ActorSystem.LocalActorSystem)
      const alive = async () => (await runtime.runPromise(local.ids(Counter))).length
      return timed(async () => {
        const refs = Array.from({ length: actors }, (_, i) => client(String(i)))
        await runtime.runPromise(Effect.forEach(refs, (ref) => ref.ask.Add({ by: 1 }), { discard: true }))
        expect("actors alive", await alive(), actors)
        await runtime.runPromise(Effect.forEach(refs, (ref) => system.stop(ref), { discard: true }))
        expect("actors alive", await alive(), 0)
      })
    })
})

/** Children of the host, each asked once; the end of its scope stops them all. */
export const spawnChildren = (name: string, operations: number): Contender => ({
  name,
  operations,
  round: (actors) =>
    inSystem(counterLive("plain"), async (runtime) => {
      const alive = async () =>
        (await runtime.runPromise(Effect.flatMap(ActorSystem.LocalActorSystem, (local) => local.snapshot))).length
      const program = Effect.gen(function* () {
        const scope = yield* Scope.make()
        let answers = 0
        for (let i = 0; i < actors; i++) {
          const child = yield* Scope.extend(ActorSystem.spawn(Counter, String(i)), scope)
          answers += yield* child.ask.Add({ by: 1 })
        }
        expect("answers", answers, actors)
        yield* Scope.close(scope, Exit.void)
      })
      return timed(async () => {
        await runtime.runPromise(program)
        expect("actors alive", await alive(), 0)
      })
    })
})

const Fragile = Actor.make("Fragile", [
  Rpc.make("Add", { payload: { by: Schema.Int }, success: Schema.Int }),
  Rpc.make("Crash"),
  Rpc.make("Builds", { success: Schema.Int })
])

/** Adds what is positive and crashes at anything else; restarted as often as it takes. */
const fragileLive = (restarts: number) => {
  let builds = 0
  return Fragile.toLayer(
    Effect.sync(() => {
      builds++
      let total = 0
      return Fragile.of({
        Add: ({ by }) => {
          if (by <= 0) throw new Error("no positive number")
          total += by
          return total
        },
        Crash: () => {
          throw new Error("asked to crash")
        },
        Builds: () => builds
      })
    }),
    { supervision: Supervision.restart({ intensity: restarts }) }
  )
}

export const crash = (every: number): Contender => ({
  name: named.plain,
  round: (asks) =>
    inSystem(fragileLive(asks), async (runtime) => {
      const fragile = (await runtime.runPromise(Fragile.client))("a")
      await runtime.runPromise(fragile.ask.Add({ by: 1 }))
      let sent = 0
      let crashes = 0
      const noteCrash = () => {
        crashes++
      }
      return timed(async () => {
        await runtime.runPromise(
          repeat(asks, () =>
            Effect.catchTag(fragile.ask.Add({ by: ++sent % every === 0 ? 0 : 1 }), "ActorCrashed", () =>
              Effect.sync(noteCrash)
            )
          )
        )
        expect("crashes that their askers heard of", crashes, asks / every)
        expect("builds", await runtime.runPromise(fragile.ask.Builds()), 1 + asks / every)
        expect("total of the last incarnation", await runtime.runPromise(fragile.ask.Add({ by: 1 })), 1)
      })
    })
})

export const restart: Contender = {
  name: named.plain,
  round: (restarts) =>
    inSystem(fragileLive(restarts), async (runtime) => {
      const fragile = (await runtime.runPromise(Fragile.client))("a")
      await runtime.runPromise(fragile.ask.Add({ by: 1 }))
      return timed(async () => {
        await runtime.runPromise(repeat(restarts, () => fragile.tell.Crash()))
        expect("builds", await runtime.runPromise(fragile.ask.Builds()), 1 + restarts)
      })
    })
}

/** Actors that have handled one message and wait for the next; what is returned keeps them. */
export const keep = async (style: Style, actors: number, options?: Actor.ActorOptions) => {
  const runtime = ManagedRuntime.make(counterLive(style, options).pipe(Layer.provideMerge(ActorSystem.layer())))
  const client = await runtime.runPromise(Counter.client)
  const refs = Array.from({ length: actors }, (_, i) => client(String(i)))
  const answers = await runtime.runPromise(Effect.forEach(refs, (ref) => ref.ask.Add({ by: 1 })))
  for (const answer of answers) expect("answer", answer, 1)
  return { runtime, refs }
}

/** The same whose handlers needed their fiber, after they were idle for so long that it was given back. */
export const keepRested = async (actors: number): Promise<unknown> => {
  const kept = await keep("fiber", actors)
  await setTimeout(5_000)
  return kept
}

/** The same after they were idle for so long that they are passive: addresses that the next message activates. */
export const keepPassive = async (actors: number): Promise<unknown> => {
  const kept = await keep("plain", actors, { passivateAfter: "100 millis" })
  const alive = Effect.flatMap(ActorSystem.LocalActorSystem, (system) => system.ids(Counter))
  while ((await kept.runtime.runPromise(alive)).length > 0) await setTimeout(50)
  return kept
}
