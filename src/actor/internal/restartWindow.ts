/**
 * Counts restarts in a sliding window, as the flags of OTP's `supervisor` do.
 */
export class RestartWindow {
  private readonly times: Array<number> = []

  constructor(
    private readonly intensity: number,
    private readonly periodMillis: number
  ) {}

  /** Takes one restart at `now`, or refuses when `intensity` of them lie within the period. A refused one is not counted. */
  admit(now: number): boolean {
    while (this.times.length > 0 && this.times[0]! <= now - this.periodMillis) this.times.shift()
    if (this.times.length >= this.intensity) return false
    this.times.push(now)
    return true
  }
}
