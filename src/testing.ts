/**
 * `troupe/testing`: what tests of actors need. Layers in memory are statics of their services, such as `Workspace.layerMemory`.
 *
 * @since 0.1.0
 */
export * as ActorTest from "./actor/ActorTest.ts"
export * as FaultPlan from "./actor/FaultPlan.ts"
