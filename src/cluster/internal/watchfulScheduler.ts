/**
 * A run queue that looks before each task whether the machine may still run its actors.
 *
 * A process that was stopped, or that a handler kept busy, goes on where it was: fibers whose sleep is over meanwhile come
 * before any timer that would end them. With this, they find that they have been interrupted.
 */
import type { Scheduler } from "effect"
import { FairScheduler } from "../../actor/FairScheduler.ts"

export class WatchfulScheduler extends FairScheduler {
  /** Set once there is somebody to look after. */
  look: () => void = () => {}

  override scheduleTask(task: Scheduler.Task, priority: number): void {
    super.scheduleTask(() => {
      this.look()
      task()
    }, priority)
  }
}
