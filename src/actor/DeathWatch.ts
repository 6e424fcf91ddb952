/**
 * Watching other actors from inside an actor: a message of its own at the end of another.
 *
 * ```ts
 * const self = yield* Manager.self
 * yield* ActorSystem.watchWith(worker, (end) => self.tell.WorkerEnded({ how: end._tag }))
 * ```
 *
 * The message comes whatever the watcher's mailbox holds, also a full one: the number of watches is what bounds it. A
 * watch belongs to the incarnation that began it; after a restart the new one begins its own. A message that has come
 * before a restart is handled after it.
 *
 * @since 0.1.0
 */
import { Schema } from "effect"

/** Watches of one actor at a time, those included whose message waits in its mailbox: `1000`. @category models */
export const maxWatches = 1000

/** An actor watches more actors than it may. A defect of the actor that watches. @category errors */
export class TooManyWatches extends Schema.TaggedError<TooManyWatches>()("TooManyWatches", {
  address: Schema.String,
  limit: Schema.Int
}) {
  override get message() {
    return `${this.address} watches ${this.limit} actors already: end the watches that it is done with, or let several actors share them.`
  }
}

/** The end of a watched actor was to be told to somebody else. A defect of the actor that watches. @category errors */
export class NotTheWatchers extends Schema.TaggedError<NotTheWatchers>()("NotTheWatchers", {
  address: Schema.String,
  found: Schema.String
}) {
  override get message() {
    return `A watch of ${this.address} tells its own actor, found a message to ${this.found}: give it a tell of the definition's "self", and send on from there.`
  }
}
