/**
 * The messages waiting for one actor, in order of arrival.
 *
 * Four flat slots a message (which Rpc, its payload, what its sender attached, when it came) in one array, so that a
 * message costs no allocation; the array is given back when the ring runs empty, because most actors are idle most of the
 * time.
 */
import type { Attachment } from "./attachment.ts"

/** Where a message is put that is taken out. */
export interface Hand {
  rpc: number
  payload: unknown
  attachment: Attachment | undefined
}

/** What an actor needs of its messages, whether they have lanes or not. */
export interface Messages {
  readonly size: number
  /** `at`: milliseconds since the system began, for observers. */
  push(rpc: number, payload: unknown, attachment: Attachment | undefined, at: number): void
  /** Puts a message back before all others of its lane. */
  unshift(rpc: number, payload: unknown, attachment: Attachment | undefined, at: number): void
  /** Takes the next message; valid while `size > 0`. */
  shift(into: Hand): void
  /** Takes the message that must go if one for `rpc` is to have room; `false`: the new one is the least important. */
  shed(rpc: number, into: Hand): boolean
  /** What was attached to the messages that came since this was last called. */
  fresh(): ReadonlyArray<Attachment>
  /** Takes out the messages that `isWanted` says no to; the others keep their order. */
  keep(isWanted: (rpc: number, payload: unknown, attachment: Attachment | undefined) => boolean): void
  /** Gives the memory back; call when empty. */
  release(): void
  /** Messages by lane: high, normal, low. */
  depths(): readonly [high: number, normal: number, low: number]
  /** When the oldest message came; valid while `size > 0`. */
  oldestAt(): number
}

const width = 4

export class MessageRing implements Messages {
  private slots: Array<unknown> | undefined
  private mask = 0
  private head = 0
  /** As many of the youngest were not looked at yet, at most. */
  private unseen = 0
  size = 0

  push(rpc: number, payload: unknown, attachment: Attachment | undefined, at: number): void {
    let slots = this.slots
    if (slots === undefined) slots = this.allocate()
    else if (this.size > this.mask) slots = this.grow(slots)
    const slot = ((this.head + this.size++) & this.mask) * width
    this.unseen++
    slots[slot] = rpc
    slots[slot + 1] = payload
    slots[slot + 2] = attachment
    slots[slot + 3] = at
  }

  unshift(rpc: number, payload: unknown, attachment: Attachment | undefined, at: number): void {
    let slots = this.slots
    if (slots === undefined) slots = this.allocate()
    else if (this.size > this.mask) slots = this.grow(slots)
    this.head = (this.head - 1) & this.mask
    this.unseen = ++this.size
    const slot = this.head * width
    slots[slot] = rpc
    slots[slot + 1] = payload
    slots[slot + 2] = attachment
    slots[slot + 3] = at
  }

  shift(into: Hand): void {
    const slots = this.slots!
    const slot = this.head * width
    into.rpc = slots[slot] as number
    into.payload = slots[slot + 1]
    into.attachment = slots[slot + 2] as Attachment | undefined
    slots[slot + 1] = slots[slot + 2] = undefined
    this.head = (this.head + 1) & this.mask
    this.size--
  }

  shed(_: number, into: Hand): boolean {
    this.shift(into)
    return true
  }

  fresh(): ReadonlyArray<Attachment> {
    const found: Array<Attachment> = []
    for (let i = Math.max(0, this.size - this.unseen); i < this.size; i++) {
      const attachment = this.slots![((this.head + i) & this.mask) * width + 2] as Attachment | undefined
      if (attachment !== undefined) found.push(attachment)
    }
    this.unseen = 0
    return found
  }

  keep(isWanted: (rpc: number, payload: unknown, attachment: Attachment | undefined) => boolean): void {
    const { slots } = this
    if (slots === undefined) return
    let kept = 0
    for (let i = 0; i < this.size; i++) {
      const from = ((this.head + i) & this.mask) * width
      if (!isWanted(slots[from] as number, slots[from + 1], slots[from + 2] as Attachment | undefined)) continue
      const to = ((this.head + kept++) & this.mask) * width
      for (let at = 0; at < width; at++) slots[to + at] = slots[from + at]
    }
    for (let i = kept; i < this.size; i++) {
      const slot = ((this.head + i) & this.mask) * width
      slots[slot + 1] = slots[slot + 2] = undefined
    }
    this.size = kept
  }

  release(): void {
    this.slots = undefined
    this.head = 0
    this.unseen = 0
  }

  depths(): readonly [number, number, number] {
    return [0, this.size, 0]
  }

  oldestAt(): number {
    return this.slots![this.head * width + 3] as number
  }

  private allocate(): Array<unknown> {
    this.mask = 3
    this.slots = new Array(4 * width)
    return this.slots
  }

  private grow(slots: Array<unknown>): Array<unknown> {
    const length = this.mask + 1
    const grown = new Array<unknown>(length * 2 * width)
    for (let i = 0; i < this.size; i++) {
      const from = ((this.head + i) & this.mask) * width
      const to = i * width
      grown[to] = slots[from]
      grown[to + 1] = slots[from + 1]
      grown[to + 2] = slots[from + 2]
      grown[to + 3] = slots[from + 3]
    }
    this.mask = length * 2 - 1
    this.head = 0
    this.slots = grown
    return grown
  }
}
