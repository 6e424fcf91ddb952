/**
 * The handling side of an actor: two loops over one mailbox, and what a handler's answer leads to.
 *
 * While the actor's fiber is parked, messages with plain answers are handled in a turn of the shared scheduler and never
 * wake it. The fiber gets what must run as an Effect, and the crashes: they are supervision's.
 */
import * as Rpc from "@effect/rpc/Rpc"

import { Cause, type Context, Effect, Either, Exit, Option } from "effect"
import { ActorCrashed } from "../ActorError.ts"
import type { Behavior } from "../Behavior.ts"
import type { Directive } from "../Supervision.ts"
import { Ask, type Attachment, type Sender } from "./attachment.ts"
import type { Environment } from "./environment.ts"
import { Inbox, type Resume, State } from "./inbox.ts"
import type { Incarnation } from "./incarnation.ts"

/** Messages handled before other actors get their turn. */
const batch = 256

export type Handler = (payload: unknown, context: unknown) => unknown

const isEffectful = (
  out: unknown
): out is Effect.Effect<unknown, unknown> | Rpc.Wrapper<Effect.Effect<unknown, unknown>> =>
  ((typeof out === "object" && out !== null) || typeof out === "function") &&
  (Effect.isEffect(out) ? !Option.isOption(out) && !Either.isEither(out) : Rpc.isWrapper(out))

export abstract class MessageLoop extends Inbox {
  incarnation: Incarnation | undefined
  /** The handlers of the incarnation, by the Rpc's place in the protocol. */
  protected handlers: ReadonlyArray<Handler> = []
  protected handlerContext: unknown
  protected loopDone = false

  // The message in hand.
  inHand = false
  protected rpc = 0
  private payloadInHand: unknown
  attachment: Attachment | undefined
  handled = 0
  failed = 0

  constructor(
    system: Environment,
    readonly type: string,
    readonly id: string,
    address: string,
    tags: ReadonlyArray<string>,
    behavior: Behavior
  ) {
    super(system, address, tags, behavior)
  }

  /** Makes the incarnation end with `cause`, whatever it is doing. */
  abstract crash(cause: Cause.Cause<unknown>): void
  /** What a fiber of the incarnation runs with. */
  protected abstract contextOf(incarnation: Incarnation, sender: Sender): Context.Context<never>

  protected scheduleTurn(): void {
    this.turnScheduled = true
    this.system.scheduler.scheduleTask(this.turn, 0)
  }

  /** Handles messages with plain answers while the fiber is parked. */
  private readonly turn = (): void => {
    this.turnScheduled = false
    const resume = this.parked
    if (resume === undefined) return
    if (this.system.tracing) {
      // Spans need a fiber.
      this.parked = undefined
      resume(Exit.void)
      return
    }
    const ring = this.ring
    let left = batch
    while (ring.size > 0) {
      if (left-- === 0) {
        this.scheduleTurn()
        return
      }
      if (!this.take()) continue
      const payload = this.payloadInHand
      let out: unknown
      let effectful: boolean
      try {
        out = this.handlers[this.rpc]!(payload, this.handlerContext)
        // A revoked proxy throws at every question; outside of a fiber nobody else would catch that.
        effectful = isEffectful(out)
      } catch (defect) {
        const cause = Cause.die(defect)
        this.crashInHand(cause)
        if (this.resumes(cause)) continue
        this.parked = undefined
        resume(Exit.failCause(cause))
        return
      }
      if (effectful) {
        this.parked = undefined
        resume(this.run(out as Effect.Effect<unknown, unknown>))
        return
      }
      this.answer(out)
    }
    this.becameEmpty(resume)
  }

  /** Takes the next message in hand; `false` if its sender has withdrawn it. */
  protected take(): boolean {
    const ring = this.ring
    const attachment = ring.attachment()
    this.rpc = ring.rpc()
    this.payloadInHand = ring.payload()
    ring.drop()
    if (this.waiting !== undefined) this.admit()
    if (attachment?.withdrawn()) {
      this.system.deadLetters.record(this.address, this.tagOf(this.rpc), "withdrawn")
      return false
    }
    this.attachment = attachment
    this.inHand = true
    return true
  }

  protected answer(value: unknown): void {
    this.inHand = false
    this.handled++
    const attachment = this.attachment
    if (attachment !== undefined) {
      this.attachment = undefined
      attachment.reply(value)
    }
  }

  protected becameEmpty(resume: Resume): void {
    this.ring.release()
    if (this.state === State.draining && this.incarnation!.linked.size === 0) {
      this.parked = undefined
      this.loopDone = true
      resume(Exit.void)
    }
  }

  /** The fiber's loop: as `turn`, but an Effect is run in place. */
  protected readonly step = (): Effect.Effect<void, unknown> => {
    const ring = this.ring
    let left = batch
    while (ring.size > 0) {
      if (left-- === 0) return Effect.yieldNow()
      if (!this.take()) continue
      const payload = this.payloadInHand
      let out: unknown
      try {
        out = this.handlers[this.rpc]!(payload, this.handlerContext)
      } catch (defect) {
        return this.onFailure(Cause.die(defect))
      }
      if (isEffectful(out)) return this.run(out)
      // A traced message has a span also where its answer is plain.
      if (this.system.tracing) return this.run(Effect.succeed(out))
      this.answer(out)
    }
    ring.release()
    if (this.state === State.draining && this.incarnation!.linked.size === 0) {
      this.loopDone = true
      return Exit.void
    }
    return this.park
  }

  private readonly park = Effect.async<void, unknown>((resume) => {
    this.parked = resume
    // A message that came between the last look and this line, or a stop.
    if (this.ring.size > 0 || this.state === State.draining) this.scheduleTurn()
  })

  protected run(
    out: Effect.Effect<unknown, unknown> | Rpc.Wrapper<Effect.Effect<unknown, unknown>>
  ): Effect.Effect<void, unknown> {
    if (Rpc.isWrapper(out)) {
      if (out.fork) {
        this.fork(out.value)
        return Exit.void
      }
      return this.run(out.value)
    }
    return Effect.matchCauseEffect(this.system.tracing ? this.traced(out) : out, this.outcomes)
  }

  private traced(effect: Effect.Effect<unknown, unknown>): Effect.Effect<unknown, unknown> {
    const tag = this.tagOf(this.rpc)
    const span = this.attachment?.span
    return Effect.withSpan(effect, `${this.behavior.spanName}.${tag}`, {
      kind: this.attachment instanceof Ask ? "server" : "consumer",
      attributes: { "actor.id": this.id, "actor.type": this.type, "message.tag": tag },
      captureStackTrace: false,
      ...(span === undefined ? { root: true } : { parent: span })
    })
  }

  private readonly onSuccess = (value: unknown): Effect.Effect<void, unknown> => {
    this.waits?.clear()
    this.answer(value)
    return Exit.void
  }

  private readonly onFailure = (cause: Cause.Cause<unknown>): Effect.Effect<void, unknown> => {
    if (!isCrash(cause)) {
      const tag = this.tagOf(this.rpc)
      const told = !(this.attachment instanceof Ask)
      this.failInHand(cause)
      return told
        ? Effect.logDebug(`${this.address} answered ${tag}, which was told, with a failure`, cause)
        : Exit.void
    }
    this.crashInHand(cause)
    return this.resumes(cause) ? Exit.void : Exit.failCause(cause)
  }

  private readonly outcomes = { onSuccess: this.onSuccess, onFailure: this.onFailure }

  protected failInHand(cause: Cause.Cause<unknown>): void {
    const attachment = this.attachment
    this.waits?.clear()
    this.inHand = false
    this.attachment = undefined
    this.failed++
    attachment?.fail(cause)
  }

  private crashInHand(cause: Cause.Cause<unknown>): void {
    const error = new ActorCrashed({ address: this.address, message_tag: this.tagOf(this.rpc), cause }, true)
    this.failInHand(Cause.fail(error))
  }

  protected decide(cause: Cause.Cause<unknown>): Directive {
    try {
      return this.behavior.supervision.decide(cause)
    } catch (defect) {
      // Thrown into the scheduler it would stop every actor; without a decision this one must not go on.
      this.system.log(Effect.logError(`The supervision of ${this.address} has a defect`, Cause.die(defect)))
      return "stop"
    }
  }

  private resumes(cause: Cause.Cause<unknown>): boolean {
    if (this.decide(cause) !== "resume") return false
    this.system.log(Effect.logWarning(`${this.address} crashed and goes on with its state`, cause))
    return true
  }

  /** Runs a handler beside the mailbox. Its crash is the actor's. */
  protected fork(effect: Effect.Effect<unknown, unknown>): void {
    const incarnation = this.incarnation!
    const attachment = this.attachment
    const rpc = this.rpc
    const work = this.system.tracing ? this.traced(effect) : effect
    this.inHand = false
    this.attachment = undefined
    const deadline = attachment?.deadline() ?? Number.POSITIVE_INFINITY
    const sender: Sender = { cell: this, blocking: false, deadline: () => deadline }
    const fiber = this.system.fork(Effect.provide(work, this.contextOf(incarnation, sender)))
    incarnation.linked.set(fiber, attachment)
    fiber.addObserver((exit) => {
      // Given up on while it would not be interrupted: its message has settled.
      if (!incarnation.linked.delete(fiber)) return
      if (Exit.isSuccess(exit)) {
        this.handled++
        attachment?.reply(exit.value)
      } else {
        this.failed++
        if (!isCrash(exit.cause)) {
          attachment?.fail(exit.cause)
          if (!(attachment instanceof Ask)) {
            this.system.log(
              Effect.logDebug(`${this.address} answered ${this.tagOf(rpc)}, which was told, with a failure`, exit.cause)
            )
          }
        } else if (incarnation.ending !== undefined) {
          attachment?.fail(Cause.fail(incarnation.ending))
        } else {
          const error = new ActorCrashed(
            { address: this.address, message_tag: this.tagOf(rpc), cause: exit.cause },
            true
          )
          attachment?.fail(Cause.fail(error))
          if (!this.resumes(exit.cause)) this.crash(exit.cause)
        }
      }
      incarnation.whenUnlinked?.()
      if (this.state === State.draining && this.parked !== undefined && this.ring.size === 0)
        this.becameEmpty(this.parked)
    })
  }
}

/** A defect, or an interruption that is nobody's answer; anything with a typed failure and no defect is an answer. */
const isCrash = (cause: Cause.Cause<unknown>): boolean => Cause.isDie(cause) || !Cause.isFailure(cause)
