/**
 * Roots that supervision has given up, remembered so that their senders hear why: as many as the system's options say.
 */
import type { Log } from "./log.ts"

interface Root {
  readonly address: string
  /** From now on its address is absent. */
  forgetFailure(): void
}

export class GivenUp {
  /** Oldest first. */
  private readonly roots = new Set<Root>()

  constructor(
    private readonly limit: number,
    private readonly log: Log
  ) {}

  add(root: Root): void {
    this.roots.add(root)
    if (this.roots.size <= this.limit) return
    const [oldest] = this.roots
    this.roots.delete(oldest!)
    oldest!.forgetFailure()
    this.log(
      "Warning",
      `${oldest!.address} was given up by its supervision and is now forgotten, because more than ${this.limit} are given up: its next message activates it. Fix what they crash of, or raise "givenUp".`,
      undefined,
      oldest
    )
  }

  /** It was revived, or stopped. */
  delete(root: Root): void {
    this.roots.delete(root)
  }
}
