/**
 * How much time has passed on this machine, counting the time in which it was suspended.
 *
 * The monotonic clock of Linux stands still while the machine sleeps, and the wall clock can be set. A lease goes on
 * meanwhile, so its age is the larger of what the monotonic clock and the machine's uptime say.
 */
import * as os from "node:os"

/** A moment, by both clocks, in milliseconds. */
export interface Mark {
  readonly awake: number
  readonly up: number
}

export interface MachineTime {
  readonly mark: () => Mark
  /** Milliseconds since then. */
  readonly since: (mark: Mark) => number
}

interface Clocks {
  /** Monotonic; stops during suspend. Milliseconds. */
  readonly awake: () => number
  /** Since the machine was started; goes on during suspend. Milliseconds, in steps of 10. */
  readonly up: () => number
  /** What people set. Only tells that it is worth looking at `up`, which costs a hundred times as much. Milliseconds. */
  readonly wall: () => number
}

/** How far clocks may drift from each other, and for how long, before `up` is looked at again. */
const driftMillis = 20
const lookAgainMillis = 50

export const make = (clocks: Clocks): MachineTime => {
  let awake = clocks.awake()
  let up = clocks.up()
  let wall = clocks.wall()
  const mark = (): Mark => {
    const now = clocks.awake()
    const passed = now - awake
    const wallNow = clocks.wall()
    if (passed >= lookAgainMillis || Math.abs(wallNow - wall - passed) > driftMillis) {
      awake = now
      wall = wallNow
      up = clocks.up()
      return { awake, up }
    }
    return { awake: now, up: up + passed }
  }
  return {
    mark,
    since: (earlier) => {
      const now = mark()
      return Math.max(now.awake - earlier.awake, now.up - earlier.up)
    }
  }
}

export const live: MachineTime = /* @__PURE__ */ make({
  awake: () => Number(process.hrtime.bigint()) / 1e6,
  up: () => os.uptime() * 1000,
  wall: () => Date.now()
})
