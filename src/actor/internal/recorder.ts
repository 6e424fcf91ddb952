/**
 * The writing side of `DeadLetters`: the latest ones in a ring, a count of all, and the quarantine.
 */
import { Effect } from "effect"
import type { TellError } from "../ActorError.ts"
import {
  type DeadLetter,
  type DeadLetters,
  NotQuarantined,
  payloadsKept,
  type Quarantined,
  type Reason
} from "../DeadLetters.ts"
import type { Log } from "./log.ts"

/** Between two lines in the log about dead letters: a flood of them must not become a flood of lines. */
const logEveryMillis = 10_000

/** Whoever prints or encodes a letter as a whole does not get its payload, which may be large, or a secret. */
class Letter implements DeadLetter {
  #payload: unknown

  constructor(
    readonly address: string,
    readonly message: string,
    readonly reason: Reason,
    readonly atMillis: number,
    payload: unknown
  ) {
    this.#payload = payload
  }
  get payload(): unknown {
    return this.#payload
  }
  forgetPayload(): void {
    this.#payload = undefined
  }
}

export class Recorder {
  private readonly letters: Array<DeadLetter> = []
  private oldest = 0
  /** Those that still have their payload, in a ring. */
  private readonly complete: Array<Letter> = []
  private oldestComplete = 0
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
    private readonly log: Log
  ) {}

  record(address: string, message: string, reason: Reason, payload: unknown): void {
    const atMillis = this.now()
    this.totals[reason]++
    if (this.limit > 0) this.keep(new Letter(address, message, reason, atMillis, payload))
    // A withdrawn request is its asker's doing and no surprise to anybody.
    if (reason === "withdrawn") return
    this.unlogged++
    if (atMillis - this.loggedAt < logEveryMillis) return
    this.loggedAt = atMillis
    const others = this.unlogged - 1
    this.unlogged = 0
    this.log(
      "Warning",
      `${message} to ${address} was not handled (${reason})${others > 0 ? `, and ${others} other message(s) before it` : ""}`,
      undefined,
      { address }
    )
  }

  private keep(letter: Letter): void {
    if (this.letters.length < this.limit) this.letters.push(letter)
    else {
      this.letters[this.oldest] = letter
      this.oldest = (this.oldest + 1) % this.limit
    }
    this.complete[this.oldestComplete]?.forgetPayload()
    this.complete[this.oldestComplete] = letter
    this.oldestComplete = (this.oldestComplete + 1) % payloadsKept
  }

  quarantine(
    address: string,
    message: string,
    found: Pick<Quarantined, "payload" | "cause" | "deliveries" | "traceId"> & {
      readonly send: Effect.Effect<void, TellError>
    }
  ): void {
    this.record(address, message, "quarantined", found.payload)
    const id = ++this.lastId
    this.kept.set(id, { id, address, message, atMillis: this.now(), ...found })
    if (this.kept.size <= this.quarantineLimit) return
    const [oldest] = this.kept.values()
    this.throwAway(oldest!)
  }

  private throwAway(message: Quarantined): void {
    this.kept.delete(message.id)
    this.record(message.address, message.message, "discarded", message.payload)
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
