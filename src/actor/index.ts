/**
 * `troupe/actor`: the actor runtime alone.
 *
 * @since 0.1.0
 */
export * as Actor from "./Actor.ts"
export * as ActorChange from "./ActorChange.ts"
// Not as a namespace, which cannot be yielded: `yield* ActorContext` is what everybody writes first.
export { ActorContext } from "./ActorContext.ts"
export * as ActorError from "./ActorError.ts"
export * as ActorMetrics from "./ActorMetrics.ts"
export * as ActorRef from "./ActorRef.ts"
export * as ActorSnapshot from "./ActorSnapshot.ts"
export * as ActorSystem from "./ActorSystem.ts"
export * as Behavior from "./Behavior.ts"
export * as DeadLetters from "./DeadLetters.ts"
export * as DeathWatch from "./DeathWatch.ts"
export * as Delivery from "./Delivery.ts"
export * as EventBus from "./EventBus.ts"
export * as FairScheduler from "./FairScheduler.ts"
export * as Gather from "./Gather.ts"
export * as HashRing from "./HashRing.ts"
export * as Mailbox from "./Mailbox.ts"
export * as Receipt from "./Receipt.ts"
export * as Router from "./Router.ts"
export * as Shutdown from "./Shutdown.ts"
export * as Strategy from "./Strategy.ts"
export * as Supervision from "./Supervision.ts"
