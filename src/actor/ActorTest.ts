/**
 * What tests of actors need: a system, stand-ins that record what they receive, and a way to let everything settle.
 *
 * The system here is the real one. Built under a TestClock it takes its time from that clock, so that back-off, deadlines
 * and budgets pass when the test says so. Logs go where the test's loggers send them.
 *
 * @since 0.1.0
 */
import type * as Rpc from "@effect/rpc/Rpc"
import { Effect, type Layer, type Scope, TestClock } from "effect"
import type { Definition, Handlers, HandlersNeed } from "./Actor.ts"
import type { ActorContext } from "./ActorContext.ts"
import type { ActorRef } from "./ActorRef.ts"
import * as ActorSystem from "./ActorSystem.ts"
import type { DeadLetters } from "./DeadLetters.ts"
import * as Mailbox from "./Mailbox.ts"
import * as Supervision from "./Supervision.ts"

/** One message as a probe saw it. @category models */
export type Received<Rpcs extends Rpc.Any> = Rpcs extends Rpc.Any
  ? { readonly address: string; readonly tag: Rpcs["_tag"]; readonly payload: Rpc.Payload<Rpcs> }
  : never

/** A stand-in for all actors of one type. @category models */
export interface Probe<Rpcs extends Rpc.Any> {
  /** The stand-in at an id. A test rarely needs it: the code under test finds it by its definition's `client`. */
  readonly ref: (id: string) => ActorRef<Rpcs>
  /** What came, oldest first, over all ids: the latest `limit` messages. */
  readonly received: Effect.Effect<ReadonlyArray<Received<Rpcs>>>
  /** Waits until `count` messages have come since the probe was made, and gives `received`. */
  readonly awaitReceived: (count: number) => Effect.Effect<ReadonlyArray<Received<Rpcs>>>
}

/** @category models */
export interface ProbeOptions {
  /** Messages kept; older ones are forgotten but still count for `awaitReceived`. Default `1000`. */
  readonly limit?: number | undefined
  /** Default `Mailbox.bounded()`. */
  readonly mailbox?: Mailbox.Mailbox | undefined
  /** Default `Supervision.resume`. */
  readonly supervision?: Supervision.Supervision | undefined
}

/**
 * The system for tests, with the options of `ActorSystem.layer`. A program that is tested for what it does, not for its
 * spans, is not slowed by a test's tracer: `tracing` is off unless asked for.
 *
 * @category layers
 */
export const layer = (
  options?: ActorSystem.Options
): Layer.Layer<ActorSystem.ActorSystem | ActorSystem.LocalActorSystem | DeadLetters> =>
  ActorSystem.layer({ tracing: false, ...options })

/**
 * Provides a stand-in for every actor of `definition` in the current system, for as long as the scope is open.
 *
 * A message is recorded, then answered by `handlers` where they have an answer. Without one, a message whose success is
 * void is answered with it; an ask of any other meets `ActorCrashed` with a cause that says which handler is missing, and
 * the stand-in goes on. A second provider of the type is a defect, as with `toLayer`.
 *
 * @category constructors
 */
export const probe: {
  <Type extends string, Rpcs extends Rpc.Any>(
    definition: Definition<Type, Rpcs>
  ): Effect.Effect<Probe<Rpcs>, never, ActorSystem.ActorSystem | Scope.Scope>
  <Type extends string, Rpcs extends Rpc.Any, H extends Partial<Handlers<Rpcs>>>(
    definition: Definition<Type, Rpcs>,
    handlers: H,
    options?: ProbeOptions
  ): Effect.Effect<
    Probe<Rpcs>,
    never,
    ActorSystem.ActorSystem | Scope.Scope | Exclude<HandlersNeed<H>, Scope.Scope | ActorContext>
  >
} = <Type extends string, Rpcs extends Rpc.Any>(
  definition: Definition<Type, Rpcs>,
  handlers?: Partial<Handlers<Rpcs>>,
  options?: ProbeOptions
): Effect.Effect<Probe<Rpcs>, never, ActorSystem.ActorSystem | Scope.Scope> =>
  Effect.gen(function* () {
    const system = yield* ActorSystem.ActorSystem
    // Holds what the handlers need: the signature asks for it.
    const services = yield* Effect.context<never>()
    const log = new Log<Received<Rpcs>>(options?.limit ?? 1000)
    const answers = (handlers ?? {}) as Readonly<Record<string, Answer | undefined>>
    const table: Record<string, Answer> = {}
    for (const [tag, rpc] of definition.protocol.requests as unknown as ReadonlyMap<string, Rpc.AnyWithProps>) {
      const answer = answers[tag] ?? (rpc.successSchema.ast._tag === "VoidKeyword" ? () => undefined : missing(tag))
      table[tag] = (payload, context) => {
        // The definition's own Rpcs have tag and payload of one another: the pair is a `Received` by construction.
        log.push({ address: context.address, tag, payload } as unknown as Received<Rpcs>)
        return answer(payload, context)
      }
    }
    yield* system.register(definition, {
      mailbox: options?.mailbox ?? Mailbox.bounded(),
      supervision: options?.supervision ?? Supervision.resume,
      build: Effect.succeed(table),
      spanName: definition.type,
      services
    })
    return {
      ref: (id) => system.ref(definition, id),
      received: Effect.sync(() => log.latest()),
      awaitReceived: (count) => log.reached(count)
    }
  })

/**
 * Lets everything that can run do so, until all fibers wait for a message, a timer or the test. Needs the TestClock of
 * `it.effect`; no time passes. A fiber that waits for real input or output is not waited for.
 *
 * @category combinators
 */
export const settle: Effect.Effect<void> = TestClock.adjust(0)

type Answer = (payload: unknown, context: { readonly address: string }) => unknown

const missing =
  (tag: string): Answer =>
  () => {
    // Seen by whoever asks, as the cause of `ActorCrashed`.
    throw new Error(`The probe has no answer to "${tag}": give "probe" a handler for it.`)
  }

/** The latest entries, a count of all, and who waits for that count. Written in the actor's turn, read by the test. */
class Log<A> {
  private entries: Array<A> = []
  private count = 0
  private readonly waiting = new Set<{ readonly count: number; readonly wake: () => void }>()

  constructor(private readonly limit: number) {}

  push(entry: A): void {
    this.entries.push(entry)
    // Cut in half-limits, so that keeping the latest costs no move per message.
    if (this.entries.length >= this.limit * 1.5 + 1) this.entries = this.latest()
    this.count++
    for (const waiter of this.waiting) if (waiter.count <= this.count) waiter.wake()
  }

  latest(): Array<A> {
    return this.limit === 0 ? [] : this.entries.slice(-this.limit)
  }

  reached(count: number): Effect.Effect<ReadonlyArray<A>> {
    return Effect.async((resume) => {
      if (this.count >= count) return resume(Effect.succeed(this.latest()))
      const waiter = {
        count,
        wake: () => {
          this.waiting.delete(waiter)
          resume(Effect.sync(() => this.latest()))
        }
      }
      this.waiting.add(waiter)
      return Effect.sync(() => this.waiting.delete(waiter))
    })
  }
}
