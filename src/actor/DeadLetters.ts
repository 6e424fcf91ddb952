/**
 * Messages that nobody handled, and why.
 *
 * Undeliverable mail is where lost work shows first, so each system keeps the latest dead letters and counts all of
 * them. They are records of what happened, not messages to send again.
 *
 * @since 0.1.0
 */
import { Context, Effect } from "effect"

/**
 * `mailbox full`: shed by a dropping or sliding mailbox. `stopped`, `given up`: still waiting when the actor ended.
 * `withdrawn`: its asker was interrupted or timed out before handling began.
 *
 * @category models
 */
export type Reason = "mailbox full" | "stopped" | "given up" | "withdrawn"

/** @category models */
export interface DeadLetter {
  readonly address: string
  readonly message: string
  readonly reason: Reason
  /** Epoch milliseconds of the system's Clock. */
  readonly atMillis: number
}

/** @category services */
export class DeadLetters extends Context.Tag("troupe/DeadLetters")<
  DeadLetters,
  {
    /** The latest ones, oldest first; at most the system's `deadLetters` option, default 1,000. */
    readonly recent: Effect.Effect<ReadonlyArray<DeadLetter>>
    /** All since the system started, by reason. */
    readonly counts: Effect.Effect<Readonly<Record<Reason, number>>>
  }
>() {}

/** Between two lines in the log about dead letters: a flood of them must not become a flood of lines. */
const logEveryMillis = 10_000

/** The writing side, which only the runtime holds. */
export class Recorder {
  private readonly letters: Array<DeadLetter> = []
  private oldest = 0
  private readonly totals: Record<Reason, number> = { "mailbox full": 0, stopped: 0, "given up": 0, withdrawn: 0 }
  private loggedAt = Number.NEGATIVE_INFINITY
  private unlogged = 0

  constructor(
    private readonly limit: number,
    private readonly now: () => number,
    private readonly log: (line: Effect.Effect<void>) => void
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
      Effect.logWarning(
        `${message} to ${address} was not handled (${reason})${others > 0 ? `, and ${others} other message(s) before it` : ""}`
      )
    )
  }

  readonly service: DeadLetters["Type"] = {
    recent: Effect.sync(() => [...this.letters.slice(this.oldest), ...this.letters.slice(0, this.oldest)]),
    counts: Effect.sync(() => ({ ...this.totals }))
  }
}
