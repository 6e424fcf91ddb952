/**
 * Messages that nobody handled, and why.
 *
 * Undeliverable mail is where lost work shows first, so each system keeps the latest dead letters and counts all of
 * them. They are records of what happened. What can be sent again is the quarantine: idempotent messages whose handling
 * crashed each time, kept with their cause until somebody replays or discards them.
 *
 * @since 0.1.0
 */
import { type Cause, Context, Effect, Schema } from "effect"
import type { TellError } from "./ActorError.ts"

/**
 * `mailbox full`: shed by a dropping or sliding mailbox. `stopped`, `given up`: still waiting when the actor ended.
 * `withdrawn`: its asker was interrupted or timed out before handling began. `stash full`: its actor could not set it
 * aside. `quarantined`: an idempotent message whose handling crashed at each of its deliveries. `discarded`: it was
 * quarantined, and then thrown away, by command or because the quarantine was full. `lost`: taken away by a test's fault
 * plan.
 *
 * @category models
 */
export type Reason =
  | "mailbox full"
  | "stopped"
  | "given up"
  | "withdrawn"
  | "stash full"
  | "quarantined"
  | "discarded"
  | "lost"

/** @category models */
export interface DeadLetter {
  readonly address: string
  readonly message: string
  readonly reason: Reason
  /** Epoch milliseconds of the system's Clock. */
  readonly atMillis: number
}

/** A message that waits for somebody to decide. @category models */
export interface Quarantined {
  /** Counts up from 1 within a system. */
  readonly id: number
  readonly address: string
  readonly message: string
  readonly payload: unknown
  /** The last crash. */
  readonly cause: Cause.Cause<unknown>
  /** How often it was delivered, each time in vain. */
  readonly deliveries: number
  /** The trace of its sender; `undefined` if nobody traced. */
  readonly traceId: string | undefined
  readonly atMillis: number
}

/** There is no such message in quarantine: it was replayed or discarded. @category errors */
export class NotQuarantined extends Schema.TaggedError<NotQuarantined>()("NotQuarantined", { id: Schema.Int }) {
  override get message() {
    return `No message ${this.id} is in quarantine: list those that are with DeadLetters.quarantined.`
  }
}

/** @category services */
export class DeadLetters extends Context.Tag("troupe/DeadLetters")<
  DeadLetters,
  {
    /** The latest ones, oldest first; at most the system's `deadLetters` option, default 1,000. */
    readonly recent: Effect.Effect<ReadonlyArray<DeadLetter>>
    /** All since the system started, by reason. */
    readonly counts: Effect.Effect<Readonly<Record<Reason, number>>>
    /** Oldest first; at most the system's `quarantine` option, default 100: one more discards the oldest. */
    readonly quarantined: Effect.Effect<ReadonlyArray<Quarantined>>
    /** Takes a message out of quarantine and tells it to its address anew; it stays where that fails. */
    readonly replay: (id: number) => Effect.Effect<void, NotQuarantined | TellError>
    /** Takes a message out of quarantine for good. */
    readonly discard: (id: number) => Effect.Effect<void, NotQuarantined>
  }
>() {}

/** Between two lines in the log about dead letters: a flood of them must not become a flood of lines. */
const logEveryMillis = 10_000

/** The writing side, which only the runtime holds. */
export class Recorder {
  private readonly letters: Array<DeadLetter> = []
  private oldest = 0
  private readonly totals: Record<Reason, number> = {
    "mailbox full": 0,
    stopped: 0,
    "given up": 0,
    withdrawn: 0,
    "stash full": 0,
    quarantined: 0,
    discarded: 0,
    lost: 0
  }
  /** By id, oldest first. */
  private readonly kept = new Map<number, Quarantined & { readonly send: Effect.Effect<void, TellError> }>()
  private lastId = 0
  private loggedAt = Number.NEGATIVE_INFINITY
  private unlogged = 0

  constructor(
    private readonly limit: number,
    private readonly quarantineLimit: number,
    private readonly now: () => number,
    private readonly log: (level: "Warning", line: string) => void
  ) {}

  record(address: string, message: string, reason: Reason): void {
    const atMillis = this.now()
    this.totals[reason]++
    const letter: DeadLetter = { address, message, reason, atMillis }
    if (this.letters.length < this.limit) this.letters.push(letter)
    else if (this.limit > 0) {
      this.letters[this.oldest] = letter
      this.oldest = (this.oldest + 1) % this.limit
    }
    // A withdrawn request is its asker's doing and no surprise to anybody.
    if (reason === "withdrawn") return
    this.unlogged++
    if (atMillis - this.loggedAt < logEveryMillis) return
    this.loggedAt = atMillis
    const others = this.unlogged - 1
    this.unlogged = 0
    this.log(
      "Warning",
      `${message} to ${address} was not handled (${reason})${others > 0 ? `, and ${others} other message(s) before it` : ""}`
    )
  }

  quarantine(
    address: string,
    message: string,
    found: Pick<Quarantined, "payload" | "cause" | "deliveries" | "traceId"> & {
      readonly send: Effect.Effect<void, TellError>
    }
  ): void {
    this.record(address, message, "quarantined")
    const id = ++this.lastId
    this.kept.set(id, { id, address, message, atMillis: this.now(), ...found })
    if (this.kept.size <= this.quarantineLimit) return
    const [oldest] = this.kept.values()
    this.throwAway(oldest!)
  }

  private throwAway(message: Quarantined): void {
    this.kept.delete(message.id)
    this.record(message.address, message.message, "discarded")
  }

  private find(id: number) {
    return Effect.suspend(() => {
      const message = this.kept.get(id)
      return message === undefined ? Effect.fail(new NotQuarantined({ id })) : Effect.succeed(message)
    })
  }

  readonly service: DeadLetters["Type"] = {
    recent: Effect.sync(() => [...this.letters.slice(this.oldest), ...this.letters.slice(0, this.oldest)]),
    counts: Effect.sync(() => ({ ...this.totals })),
    quarantined: Effect.sync(() => [...this.kept.values()].map(({ send: _, ...message }) => message)),
    replay: (id) =>
      Effect.flatMap(this.find(id), (message) => {
        // Out before it is sent: who replays it a second time meanwhile must not send it twice.
        this.kept.delete(id)
        return Effect.onError(message.send, () => Effect.sync(() => void this.kept.set(id, message)))
      }),
    discard: (id) => Effect.map(this.find(id), (message) => this.throwAway(message))
  }
}
