/**
 * The messages waiting for one actor, in order of arrival.
 *
 * Three flat slots a message (which Rpc, its payload, what its sender attached) in one array, so that a message costs no
 * allocation; the array is given back when the ring runs empty, because most actors are idle most of the time.
 */
import type { Attachment } from "./attachment.ts"

export class MessageRing {
  private slots: Array<unknown> | undefined
  private mask = 0
  private head = 0
  size = 0

  push(rpc: number, payload: unknown, attachment: Attachment | undefined): void {
    let slots = this.slots
    if (slots === undefined) {
      slots = this.slots = new Array(12)
      this.mask = 3
    } else if (this.size > this.mask) slots = this.grow(slots)
    const at = ((this.head + this.size++) & this.mask) * 3
    slots[at] = rpc
    slots[at + 1] = payload
    slots[at + 2] = attachment
  }

  /** The oldest message, part by part; valid while `size > 0`. `drop` then takes it out. */
  rpc(): number {
    return this.slots![this.head * 3] as number
  }
  payload(): unknown {
    return this.slots![this.head * 3 + 1]
  }
  attachment(): Attachment | undefined {
    return this.slots![this.head * 3 + 2] as Attachment | undefined
  }
  drop(): void {
    const at = this.head * 3
    this.slots![at + 1] = this.slots![at + 2] = undefined
    this.head = (this.head + 1) & this.mask
    this.size--
  }

  /** Gives the array back; call when empty. */
  release(): void {
    this.slots = undefined
    this.head = 0
  }

  private grow(slots: Array<unknown>): Array<unknown> {
    const length = this.mask + 1
    const grown = new Array<unknown>(length * 6)
    for (let i = 0; i < this.size; i++) {
      const from = ((this.head + i) & this.mask) * 3
      grown[i * 3] = slots[from]
      grown[i * 3 + 1] = slots[from + 1]
      grown[i * 3 + 2] = slots[from + 2]
    }
    this.mask = length * 2 - 1
    this.head = 0
    this.slots = grown
    return grown
  }
}
