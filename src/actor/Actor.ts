/**
 * An actor's definition: a type name and a protocol of Rpcs, as plain data, with what makes behaviour of it.
 *
 * Callers import the definition without the behaviour. `toLayer` adds the behaviour: an Effect that runs once per
 * incarnation, inside the actor's own scope, and gives the record of handlers. In process nothing is encoded.
 *
 * @since 0.1.0
 */
import type * as Rpc from "@effect/rpc/Rpc"
import * as RpcGroup from "@effect/rpc/RpcGroup"
import { Context, Effect, type Either, Layer, type Option, type Scope } from "effect"
import { ActorContext } from "./ActorContext.ts"
import { type ActorRef, type ActorType, addressOf } from "./ActorRef.ts"
import { ActorSystem } from "./ActorSystem.ts"
import * as Behavior from "./Behavior.ts"

/** What a handler may know about the message in hand. @category models */
export interface MessageContext {
  /** The actor's own. */
  readonly address: string
  /** When its asker stops waiting, in epoch milliseconds; none for a tell and an ask without end. */
  readonly deadline: Option.Option<number>
}

// biome-ignore lint/suspicious/noExplicitAny: what a handler needs is inferred from it, by `HandlersNeed`
type Running<R extends Rpc.Any> = Effect.Effect<Rpc.Success<R>, Rpc.Error<R>, any>

/**
 * What a handler may answer: a plain value at once; an Effect, which is run while the mailbox waits; or `Rpc.fork` of an
 * Effect, which is run concurrently in a fiber linked to the actor. An Option or an Either is a value.
 */
type Answer<R extends Rpc.Any> = Rpc.Success<R> | Running<R> | Rpc.Wrapper<Running<R>> | HandedOn<R>

/** A tell may be the answer where none is asked for; if it fails, that is the asker's delivery error. */
type HandedOn<R extends Rpc.Any> = void extends Rpc.Success<R> ? ActorRef.Tell : never

/** One handler for each message of the protocol. @category models */
export type Handlers<Rpcs extends Rpc.Any> = {
  readonly [R in Rpcs as R["_tag"]]: (payload: Rpc.Payload<R>, context: MessageContext) => Answer<R>
}

/** What a handler record may not have: a handler for no message, such as one whose name is misspelt. @category models */
export type NoOthers<Rpcs extends Rpc.Any, H> = {
  readonly [K in Exclude<keyof H, Rpcs["_tag"]>]: `${K & string} is no message of this protocol`
}

/** The same inside the Effect that builds a record; `unknown` where there is nothing to refuse. */
type BuildsNoOthers<Rpcs extends Rpc.Any, H> = [Exclude<keyof H, Rpcs["_tag"]>] extends [never]
  ? unknown
  : Effect.Effect<NoOthers<Rpcs, H>, unknown, unknown>

type Needs<O> =
  // biome-ignore lint/suspicious/noExplicitAny: matches every Option, Either and Effect
  O extends Option.Option<any> | Either.Either<any, any>
    ? never
    : // biome-ignore lint/suspicious/noExplicitAny: as above
      O extends Effect.Effect<any, any, infer R>
      ? R
      : // biome-ignore lint/suspicious/noExplicitAny: as above
        O extends Rpc.Wrapper<Effect.Effect<any, any, infer R>>
        ? R
        : never
/** The services that a handler record needs, inferred from what its handlers answer. @category models */
export type HandlersNeed<H> = {
  // biome-ignore lint/suspicious/noExplicitAny: matches every handler
  [K in keyof H]: H[K] extends (...args: any) => infer O ? Needs<O> : never
}[keyof H]

/** {@link Behavior.Options}. @category models */
export type ActorOptions = Behavior.Options

/** A type of actor, as plain data: its name and its protocol, with what is made of them. @category models */
export interface Definition<Type extends string, Rpcs extends Rpc.Any> extends ActorType<Type, Rpcs> {
  /** Checks a handler record against the protocol and keeps its own type. A handler for no message does not compile. */
  of<H extends Handlers<Rpcs>>(handlers: H & NoOthers<Rpcs, H>): H
  /** Gives the roots of this type, by id. A root is activated by its first message. */
  readonly client: Effect.Effect<(id: string) => ActorRef<Rpcs>, never, ActorSystem>
  /** Its own address, inside the actor. */
  readonly self: Effect.Effect<ActorRef<Rpcs>, never, ActorContext>
  /**
   * Other handlers from the next message on, until another `become` or a restart. What they need shows in the requirements,
   * and so becomes the Layer's.
   */
  become<H extends Handlers<Rpcs>>(
    handlers: H & NoOthers<Rpcs, H>
  ): Effect.Effect<void, never, ActorContext | Exclude<HandlersNeed<H>, Scope.Scope | ActorContext>>
  /**
   * Provides the behaviour. `build` runs once per incarnation; as in a Layer, what it starts with `Effect.fork` ends with
   * it, and what shall live as long as the incarnation is started with `Effect.forkScoped`. Its failure is a failed start
   * and goes to supervision, so the Layer cannot fail. Two Layers for one type in one system are a defect,
   * `DuplicateActorType`. An option out of its range throws a `RangeError` here.
   */
  toLayer<H extends Handlers<Rpcs>, E, R>(
    build: Effect.Effect<H, E, R> & BuildsNoOthers<Rpcs, H>,
    options?: ActorOptions
  ): Layer.Layer<never, never, ActorSystem | Exclude<R | HandlersNeed<H>, Scope.Scope | ActorContext>>
}

export declare namespace Definition {
  // biome-ignore lint/suspicious/noExplicitAny: the protocol's place is invariant; only `any` accepts every definition
  export type Any = Definition<any, any>
}

/**
 * An answer that is an Effect could not be told from one to run, so such a protocol does not compile. (Option and Either,
 * which are Effects too, are known and taken as values; a `Schema.TaggedError` belongs into the Rpc's `error`.)
 */
type AnswersAreValues<Rpcs extends ReadonlyArray<Rpc.Any>> = {
  readonly [K in keyof Rpcs]: 0 extends 1 & Rpc.Success<Rpcs[K]>
    ? Rpcs[K]
    : [
          Exclude<
            // biome-ignore lint/suspicious/noExplicitAny: matches every Effect
            Extract<Rpc.Success<Rpcs[K]>, Effect.Effect<any, any, any>>,
            // biome-ignore lint/suspicious/noExplicitAny: matches every Option and Either
            Option.Option<any> | Either.Either<any, any>
          >
        ] extends [never]
      ? Rpcs[K]
      : { readonly success: "must not be an Effect" }
}

/**
 * Defines an actor type. `type` names it in addresses, logs and spans and is unique in a system; one that could be no id
 * (empty, too long, half a surrogate pair) throws a `RangeError`.
 *
 * @category constructors
 */
export const make = <const Type extends string, const Rpcs extends ReadonlyArray<Rpc.Any>>(
  type: Type,
  protocol: Rpcs & AnswersAreValues<Rpcs>
): Definition<Type, Rpcs[number]> => {
  // A mistake in the program, met when it is first loaded: nothing to recover from.
  const asId = addressOf("type", type)
  if (typeof asId !== "string") throw new RangeError(`The name of an actor type is ${asId.reason}: give another one.`)
  const definition: Definition<Type, Rpcs[number]> = {
    type,
    // The compiler follows a spread no further than to a union of the parts; these are those that the type names.
    protocol: RpcGroup.make(...(protocol as Rpcs)) as unknown as RpcGroup.RpcGroup<Rpcs[number]>,
    of: (handlers) => handlers,
    client: Effect.map(ActorSystem, (system) => (id: string) => system.ref(definition, id)),
    // The context holds the ref of the very actor this runs in, whose protocol is this definition's.
    self: Effect.map(ActorContext, ({ self }) => self as unknown as ActorRef<Rpcs[number]>),
    become: (handlers) => Effect.flatMap(ActorContext, (self) => self.become(handlers)),
    toLayer: (build, options) => {
      // The context taken below holds all that `build` and the handlers need: the Layer's type asks for it.
      const untyped = build as Effect.Effect<Readonly<Record<string, unknown>>, unknown>
      // Here, so that an option out of its range is met where it stands.
      const behavior = Behavior.make(type, untyped, Context.empty(), options)
      return Layer.scopedDiscard(
        Effect.flatMap(Effect.context<never>(), (services) =>
          Effect.flatMap(ActorSystem, (system) => system.register(definition, { ...behavior, services }))
        )
        // biome-ignore lint/suspicious/noExplicitAny: what the handlers need is in the signature; here it is data
      ) as Layer.Layer<never, never, any>
    }
  }
  return definition
}

/** {@link ActorContext.stash}, from inside a handler. @category combinators */
export const stash: Effect.Effect<never, never, ActorContext> = Effect.flatMap(ActorContext, (self) => self.stash)

/** {@link ActorContext.unstashAll}, from inside a handler. @category combinators */
export const unstashAll: Effect.Effect<number, never, ActorContext> = Effect.flatMap(
  ActorContext,
  (self) => self.unstashAll
)
