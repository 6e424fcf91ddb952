/**
 * The runtime and its service interfaces: actors, teams and what they need. Implementations are in `troupe/layers/*`,
 * agents that ship in `troupe/actors/*`, what tests need in `troupe/testing`.
 *
 * @since 0.1.0
 */
import { type Moved, moved } from "./moved.ts"

export * as Actor from "./actor/Actor.ts"
export * as ActorChange from "./actor/ActorChange.ts"
// Not as a namespace, which cannot be yielded: `yield* ActorContext` is what everybody writes first.
export { ActorContext } from "./actor/ActorContext.ts"
export * as ActorError from "./actor/ActorError.ts"
export * as ActorMetrics from "./actor/ActorMetrics.ts"
export * as ActorRef from "./actor/ActorRef.ts"
export * as ActorSnapshot from "./actor/ActorSnapshot.ts"
export * as ActorSystem from "./actor/ActorSystem.ts"
export * as Behavior from "./actor/Behavior.ts"
export * as DeadLetters from "./actor/DeadLetters.ts"
export * as DeathWatch from "./actor/DeathWatch.ts"
export * as Delivery from "./actor/Delivery.ts"
export * as EventBus from "./actor/EventBus.ts"
export * as FairScheduler from "./actor/FairScheduler.ts"
export * as Gather from "./actor/Gather.ts"
export * as HashRing from "./actor/HashRing.ts"
export * as Mailbox from "./actor/Mailbox.ts"
export * as Receipt from "./actor/Receipt.ts"
export * as Router from "./actor/Router.ts"
export * as Shutdown from "./actor/Shutdown.ts"
export * as Strategy from "./actor/Strategy.ts"
export * as Supervision from "./actor/Supervision.ts"
export * as BackgroundTasks from "./background/BackgroundTasks.ts"
export * as Subprocess from "./background/Subprocess.ts"
export * as Redaction from "./secrets/Redaction.ts"
export * as Secrets from "./secrets/Secrets.ts"
export * as Agent from "./team/Agent.ts"
export * as Artefact from "./team/Artefact.ts"
export * as DatabaseError from "./team/DatabaseError.ts"
export * as Elapsed from "./team/Elapsed.ts"
export * as Graph from "./team/Graph.ts"
export * as History from "./team/History.ts"
export * as InputError from "./team/InputError.ts"
export * as Markdown from "./team/Markdown.ts"
export * as Part from "./team/Part.ts"
export * as Plan from "./team/Plan.ts"
export * as Profile from "./team/Profile.ts"
export * as Report from "./team/Report.ts"
export * as Resources from "./team/Resources.ts"
export * as ResultCache from "./team/ResultCache.ts"
export * as Run from "./team/Run.ts"
export * as RunState from "./team/RunState.ts"
export * as RunStore from "./team/RunStore.ts"
export * as SafePath from "./team/SafePath.ts"
export * as Schedule from "./team/Schedule.ts"
export * as Scheduler from "./team/Scheduler.ts"
export * as Team from "./team/Team.ts"
export * as TeamError from "./team/TeamError.ts"
export * as Workspace from "./team/Workspace.ts"

/** @deprecated Import it from `troupe/testing`. */
export const ActorTest: Moved<"troupe/testing"> = moved("ActorTest", "troupe/testing")
/** @deprecated Import it from `troupe/testing`. */
export const FaultPlan: Moved<"troupe/testing"> = moved("FaultPlan", "troupe/testing")
/** @deprecated Import it from `troupe/cluster`. */
export const ClusterActorSystem: Moved<"troupe/cluster"> = moved("ClusterActorSystem", "troupe/cluster")
/** @deprecated Import it from `troupe/cluster`. */
export const Leases: Moved<"troupe/cluster"> = moved("Leases", "troupe/cluster")
