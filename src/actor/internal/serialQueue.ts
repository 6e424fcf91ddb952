/**
 * One thing at a time, in order: what a process with a mailbox is in OTP, without the process.
 *
 * An operation is a generator. It yields steps that answer by call-back, at once or later; in between the queue keeps what
 * comes in. A step that answers at once costs no stack, so that ten thousand of them in a row are no deeper than one.
 */
import type { Cause } from "effect"

/** Something that takes time; it calls back once. */
export type Step = (done: (failure: Cause.Cause<unknown> | undefined) => void) => void

export type Operation = Generator<Step, void, Cause.Cause<unknown> | undefined>

export class SerialQueue {
  /** Bounded by what is submitted: see `Supervisor`, where it is ends of children and restarts within their limits. */
  private readonly messages: Array<() => Operation | undefined> = []
  private operation: Operation | undefined
  private running = false

  /** `message` is called when its turn has come, and may find that there is nothing left to do. */
  submit(message: () => Operation | undefined): void {
    this.messages.push(message)
    this.run()
  }

  /** Drops what waits, and what is under way where it stands. */
  cancel(): void {
    this.messages.length = 0
    this.operation = undefined
  }

  private run(): void {
    if (this.running || this.operation !== undefined) return
    this.running = true
    while (this.operation === undefined && this.messages.length > 0) {
      const operation = this.messages.shift()!()
      if (operation === undefined) continue
      this.operation = operation
      this.advance(operation, undefined)
    }
    this.running = false
  }

  /** Runs an operation up to its end, or to a step that does not answer at once. */
  private advance(operation: Operation, failure: Cause.Cause<unknown> | undefined): void {
    let answer = failure
    // It may be cancelled from within.
    while (this.operation === operation) {
      const { done, value: step } = operation.next(answer)
      if (this.operation !== operation) return
      if (done === true) {
        this.operation = undefined
        return
      }
      let atOnce = true
      let answered = false
      step((failure) => {
        if (answered) return
        answered = true
        if (atOnce) {
          answer = failure
        } else if (this.operation === operation) {
          this.advance(operation, failure)
          this.run()
        }
      })
      atOnce = false
      if (!answered) return
    }
  }
}
