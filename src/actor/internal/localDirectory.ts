/**
 * The two services over one local system: names to cells, and refs that send to them.
 */
import type * as Rpc from "@effect/rpc/Rpc"
import { type Duration, Effect, ExecutionStrategy, Exit, type Fiber, Option, Scope } from "effect"
import { ActorContext } from "../ActorContext.ts"
import {
  ActorAlreadyExists,
  ActorNotFound,
  ActorStopping,
  type AskError,
  DuplicateActorType,
  type InvalidActorId,
  InvalidChildOptions,
  type SpawnError,
  type TellError,
  TooManyActors,
  TooManyChildren,
  WaitCycle
} from "../ActorError.ts"
import { type ActorRef, type ActorType, addressOf } from "../ActorRef.ts"
import type { End, Load } from "../ActorSnapshot.ts"
import type { Behavior } from "../Behavior.ts"
import { durationMillis } from "../Ranges.ts"
import type { Receipt, Settlement } from "../Receipt.ts"
import type { ChildOptions } from "../Strategy.ts"
import { asyncHere } from "./asyncHere.ts"
import { ReceiptSlip } from "./attachment.ts"
import { Cell, type ChildSpec, endOf, type Kind, type Slot, stopped } from "./cell.ts"
import type { CellContext } from "./cellContext.ts"
import { CheckedRef, checksOf } from "./checkedRef.ts"
import { State } from "./inbox.ts"
import { Listings } from "./listings.ts"
import { type Find, LocalRef, nowhere, type Sending, sendingOf } from "./localRef.ts"
import { guardian, type LocalSystem, type Past, type Registration } from "./localSystem.ts"
import { snapshotsOf, totalsOf } from "./observation.ts"
import { maxWaiting, Residents } from "./residents.ts"
import type { Supervisor } from "./supervisor.ts"
import { Tell } from "./tell.ts"
import { begin, cycle, waiting } from "./waitGraph.ts"

/** What sending to the actors of a definition takes. */
interface Protocol {
  readonly sending: Sending
  readonly checks: ReturnType<typeof checksOf> | undefined
}

export const localDirectory = (system: LocalSystem) => {
  const protocols = new WeakMap<ActorType.Any, Protocol>()
  const protocol = (definition: ActorType.Any): Protocol => {
    let known = protocols.get(definition)
    if (known === undefined) {
      known = { sending: sendingOf(definition), checks: system.validate ? checksOf(definition) : undefined }
      protocols.set(definition, known)
    }
    return known
  }

  /** What a host's scope, which may stay open for long, holds of the children spawned in it: given back as they end. */
  const scopes = new Map<Cell, Scope.CloseableScope>()

  const cellOf = (
    registration: Registration,
    kind: Kind,
    id: string,
    address: string,
    supervisor: Supervisor<Cell>,
    spec: ChildSpec
  ): Cell => {
    const cell = new Cell(system, kind, id, address, supervisor, spec)
    registration.cells.add(cell)
    return cell
  }

  const kindOf = (
    definition: ActorType.Any,
    behavior: Behavior,
    isRoot: boolean,
    residents: Residents<Cell>,
    cells: Set<Cell>,
    past: Past
  ): Kind => ({
    type: definition.type,
    protocol: protocol(definition).sending,
    behavior,
    isRoot,
    residents: isRoot ? residents : undefined,
    // A root's own ref is like any other to it: it outlives the cell.
    refOf: (cell) => (isRoot ? rootRef(definition, cell.id) : cellRef(definition, cell)) as unknown as ActorRef.Any,
    forget: (ended) => {
      if (!cells.delete(ended)) return
      past.handled += ended.handled
      past.failed += ended.failed
      past.restarts += ended.restarts
      ended.supervisor.forget(ended)
      if (isRoot) {
        residents.leave(ended)
        // Whoever keeps a ref keeps no more than the ref. A child's says for ever that it has ended.
        ended.slot.cell = undefined
        return
      }
      const own = scopes.get(ended)
      if (own === undefined) return
      scopes.delete(ended)
      system.fork(Scope.close(own, Exit.void))
    }
  })

  /** The root's cell, made if wanted and its type is known; otherwise why not. */
  const root = (
    type: string,
    id: string,
    address: string,
    why: "look" | "send" | "watch"
  ): Cell | AskError | undefined => {
    const registration = system.registrations.get(type)
    if (registration === undefined) return new ActorNotFound({ address, reason: "no layer provides its type" })
    const { residents } = registration
    let cell = residents.roots.get(id)
    if (cell === undefined && why !== "look") {
      if (system.stopping || registration.closing || registration.rootsEnd) return new ActorStopping({ address })
      if (why === "send" && residents.isOverrun) {
        return new TooManyActors({ address, maxResident: residents.limit, waiting: maxWaiting })
      }
      cell = cellOf(registration, registration.root, id, address, registration.guardian, defaultSpec)
      registration.guardian.adopt(cell)
    }
    return cell
  }

  const refTo = (definition: ActorType.Any, address: string, find: Find, slot: Slot, isChild: boolean): LocalRef => {
    const { checks, sending } = protocol(definition)
    return checks === undefined
      ? new LocalRef(sending, address, find, slot, system.askTimeoutMillis, isChild)
      : new CheckedRef(sending, checks, address, find, slot, system.askTimeoutMillis, isChild)
  }

  const rootRef = (definition: ActorType.Any, id: string): LocalRef => {
    const { type } = definition
    const address = addressOf(type, id)
    return typeof address === "string"
      ? refTo(definition, address, (why) => root(type, id, address, why), nowhere, false)
      : refTo(definition, address.address, () => address, nowhere, false)
  }

  const cellRef = (definition: ActorType.Any, cell: Cell): LocalRef =>
    refTo(definition, cell.address, () => cell, cell.slot, true)

  /**
   * The living cell behind a ref, without making one. Refs of this system are all `LocalRef`s; the public type differs in
   * that `ask` and `tell` are known there by the protocol, which is why each way across is a cast.
   */
  const existing = (ref: ActorRef.Any): Cell | undefined => (ref as unknown as LocalRef).existing()

  const pastOf = (spanName: string): Past => {
    const past = system.past.get(spanName) ?? { handled: 0, failed: 0, restarts: 0 }
    system.past.set(spanName, past)
    return past
  }

  const listings = new Listings(system.registrations, (cell, { definition }) => rootRef(definition, cell.id))

  const register = (definition: ActorType.Any, behavior: Behavior): Effect.Effect<void, never, Scope.Scope> =>
    Effect.acquireRelease(
      Effect.suspend(() => {
        if (system.registrations.has(definition.type)) {
          return Effect.die(new DuplicateActorType({ type: definition.type, system: system.name }))
        }
        const residents = new Residents<Cell>(behavior.maxResident, system.scheduler, system.timers, () =>
          listings.rootsChanged()
        )
        const cells = new Set<Cell>()
        const past = pastOf(behavior.spanName)
        const registration: Registration = {
          definition,
          behavior,
          root: kindOf(definition, behavior, true, residents, cells, past),
          child: kindOf(definition, behavior, false, residents, cells, past),
          residents,
          guardian: guardian(system, residents.roots),
          cells,
          closing: false,
          rootsEnd: false
        }
        system.registrations.set(definition.type, registration)
        listings.typesChanged()
        return Effect.succeed(registration)
      }),
      (registration) =>
        Effect.zipRight(
          Effect.suspend(() => {
            // An actor that begins from here on would be nobody's to stop.
            registration.closing = true
            // Children under actors of other types as well: what they were built with ends with this Layer.
            return Effect.forEach([...registration.cells].reverse(), (cell) => stopped(cell), {
              discard: true,
              concurrency: "unbounded"
            })
          }),
          Effect.sync(() => {
            system.registrations.delete(definition.type)
            listings.typesChanged()
          })
        )
    )

  const spawn = <Type extends string, Rpcs extends Rpc.Any>(
    definition: ActorType<Type, Rpcs>,
    id: string,
    options?: ChildOptions
  ): Effect.Effect<ActorRef<Rpcs>, SpawnError, Scope.Scope> =>
    // From the moment its address is taken somebody must own the child.
    Effect.uninterruptibleMask((restore) =>
      Effect.withFiberRuntime((fiber) => {
        const parent = contextOf(fiber)
        const address = childAddress(parent, definition.type, id)
        if (typeof address !== "string") return Effect.fail(address)
        const registration = system.registrations.get(definition.type)
        if (registration === undefined) {
          return Effect.fail(new ActorNotFound({ address, reason: "no layer provides its type" }))
        }
        const supervisor = supervisorOf(parent)
        if (system.stopping || registration.closing || supervisor === undefined) {
          return Effect.fail(new ActorStopping({ address }))
        }
        const spec = specOf(address, options, supervisor)
        if (spec instanceof InvalidChildOptions) return Effect.fail(spec)
        if (supervisor.strategy.intensity !== undefined && registration.behavior.supervision.hasOwnLimit) {
          const reason = "a limit of its own, and the parent counts for all"
          return Effect.fail(new InvalidChildOptions({ address, reason }))
        }
        const namesake = supervisor.find(address)
        if (namesake !== undefined && namesake.state !== State.ended) {
          return Effect.fail(new ActorAlreadyExists({ address }))
        }
        // One that has ended and waited for its group to bring it back: it has left its name, and its place, to this one.
        if (namesake !== undefined) supervisor.remove(namesake, () => {})
        const { maxChildren } = supervisor.strategy
        if (supervisor.size >= maxChildren) return Effect.fail(new TooManyChildren({ address, maxChildren }))
        const cell = cellOf(registration, registration.child, id, address, supervisor, spec)
        // Taken in here and now: a fiber may have to yield at any later step, and another one take the name meanwhile.
        let start: { readonly error: SpawnError | undefined } | undefined
        let whenStarted: (() => void) | undefined
        cell.whenSpawned = (error) => {
          start = { error }
          whenStarted?.()
        }
        // Before its `build` begins, which may ask the spawner.
        const node = parent?.sender.node
        const endWait = node === undefined ? undefined : begin(node, cell)
        supervisor.add(cell)
        const started = asyncHere<void, SpawnError>((resume) => {
          whenStarted = () => resume(start!.error === undefined ? Effect.void : Effect.fail(start!.error))
          if (start !== undefined) return whenStarted()
          return stopped(cell)
        })
        // Queued behind a sibling's start it may wait for one that waits for its spawner.
        const path = node === undefined || start !== undefined ? undefined : cycle(node, cell)
        const awaited =
          path === undefined ? started : Effect.zipRight(stopped(cell), Effect.fail(new WaitCycle({ path })))
        // A child of an actor is stopped by the end of the actor's incarnation, in order; a host's by the host's scope.
        const owned =
          parent === undefined
            ? Effect.zipRight(
                Effect.flatMap(Scope.Scope, (scope) =>
                  Effect.flatMap(Scope.fork(scope, ExecutionStrategy.sequential), (own) => {
                    if (cell.state === State.ended) return Scope.close(own, Exit.void)
                    scopes.set(cell, own)
                    return Scope.addFinalizer(own, stopped(cell))
                  })
                ),
                restore(awaited)
              )
            : restore(awaited)
        const waited = endWait === undefined ? owned : Effect.ensuring(owned, Effect.sync(endWait))
        return Effect.as(waited, cellRef(definition, cell) as unknown as ActorRef<Rpcs>)
      })
    )

  /** Who supervises what is spawned in an actor, or outside of any; nobody, where the actor's incarnation is over. */
  const supervisorOf = (parent: CellContext | undefined): Supervisor<Cell> | undefined =>
    // What an actor's supervisor holds was put there by `spawn`.
    parent === undefined ? system.hosted : (parent.children as Supervisor<Cell> | undefined)

  const child = <Type extends string, Rpcs extends Rpc.Any>(definition: ActorType<Type, Rpcs>, id: string) =>
    Effect.withFiberRuntime<Option.Option<ActorRef<Rpcs>>>((fiber) => {
      const parent = contextOf(fiber)
      const address = childAddress(parent, definition.type, id)
      const cell = typeof address === "string" ? supervisorOf(parent)?.find(address) : undefined
      return Effect.succeed(
        cell === undefined || cell.state === State.ended
          ? Option.none()
          : Option.some(cellRef(definition, cell) as unknown as ActorRef<Rpcs>)
      )
    })

  const children = Effect.withFiberRuntime<ReadonlyArray<ActorRef.Any>>((fiber) =>
    Effect.succeed(
      [...(supervisorOf(contextOf(fiber)) ?? [])].filter(({ state }) => state !== State.ended).map(({ self }) => self)
    )
  )

  const defaultSpec: ChildSpec = { restart: "transient", significant: false, stopBudgetMillis: system.stopBudgetMillis }

  const specOf = (
    address: string,
    options: ChildOptions | undefined,
    supervisor: Supervisor<Cell>
  ): ChildSpec | InvalidChildOptions => {
    if (options === undefined) return defaultSpec
    const { restart = "transient", significant = false, stopBudget } = options
    if (significant && restart === "permanent") {
      return new InvalidChildOptions({ address, reason: "significant and permanent" })
    }
    if (significant && supervisor.strategy.autoShutdown === "never") {
      return new InvalidChildOptions({ address, reason: "significant, and the parent never shuts down by itself" })
    }
    const stopBudgetMillis =
      stopBudget === undefined ? system.stopBudgetMillis : durationMillis("stopBudget", stopBudget, "zero")
    return { restart, significant, stopBudgetMillis }
  }

  const receipt = (tell: ActorRef.Tell): Effect.Effect<Receipt, TellError> =>
    Effect.withFiberRuntime((fiber) => {
      if (!(tell instanceof Tell)) return Effect.dieMessage("A receipt is for what a ref's `tell` gives, unsent")
      const slip = new ReceiptSlip(system.tracing ? fiber.currentSpan : undefined, system.carrying.of(fiber))
      const settled = Effect.withFiberRuntime<Settlement, WaitCycle>((fiber) =>
        slip.target === undefined || slip.settled
          ? slip.await
          : waiting(system.senderOf(fiber)?.node, slip.target, slip.await)
      )
      // Its ref finds it here already: the message may be settled before this goes on.
      const target = tell.destination instanceof LocalRef ? tell.destination.resolve() : undefined
      slip.target = target instanceof Cell ? target : undefined
      return Effect.as(tell.destination.tellWith(tell.rpc, tell.payload, slip, fiber), { settled })
    })

  const watchedBy = (ref: ActorRef.Any): Cell | undefined => {
    const found = (ref as unknown as LocalRef).resolve("watch")
    return found instanceof Cell ? found : undefined
  }

  const watchWith = (
    ref: ActorRef.Any,
    message: (end: End) => ActorRef.Tell
  ): Effect.Effect<Effect.Effect<void>, never, ActorContext> =>
    Effect.flatMap(ActorContext, () =>
      Effect.withFiberRuntime((fiber) => {
        const watcher = contextOf(fiber)
        if (watcher === undefined)
          return Effect.dieMessage(`The actor that watches ${ref.address} is not of this system`)
        // A fiber that outlived its incarnation: nobody is there to be told.
        if (watcher.isOver) return Effect.succeed(Effect.void)
        const watched = watchedBy(ref)
        const end = watcher.watchWith((onEnd) => {
          if (watched !== undefined) return watched.watch(onEnd)
          onEnd({ _tag: "absent" })
          return () => {}
        }, message)
        return Effect.succeed(Effect.sync(end))
      })
    )

  const loadOf = (ref: ActorRef.Any): Load => {
    let known = existing(ref)
    const cell = () => {
      // An ended root is found anew: it may have been activated again.
      if (known === undefined || known.state === State.ended) known = existing(ref)
      return known
    }
    return {
      get state() {
        const found = cell()
        return found === undefined || found.state === State.ended ? "absent" : found.describeState()
      },
      get backlog() {
        const found = cell()
        return found === undefined ? 0 : found.depth + (found.inHand ? 1 : 0) + (found.incarnation?.concurrent ?? 0)
      },
      get atWorkMillis() {
        const begunAt = cell()?.begunAt ?? -1
        return begunAt === -1 ? 0 : system.coarseMillis() - begunAt
      }
    }
  }

  return {
    portable: {
      name: system.name,
      register,
      ref: <Type extends string, Rpcs extends Rpc.Any>(definition: ActorType<Type, Rpcs>, id: string) =>
        rootRef(definition, id) as unknown as ActorRef<Rpcs>,
      stop: (
        ref: ActorRef.Any,
        options?: { readonly within?: Duration.DurationInput | undefined; readonly now?: boolean | undefined }
      ) => {
        const within = options?.within
        const withinMillis = within === undefined ? undefined : durationMillis("within", within, "zero")
        return Effect.withFiberRuntime<void, WaitCycle>((fiber) => {
          const sender = system.senderOf(fiber)
          const cell = existing(ref)
          if (cell === undefined) return Effect.void
          const now = options?.now === true || withinMillis === 0
          return waiting(sender?.node, endOf(cell, now), stopped(cell, options?.now, withinMillis))
        })
      },
      types: (tag?: string) => Effect.sync(() => listings.types(tag))
    },
    local: {
      spawn,
      child,
      children,
      watch: (ref: ActorRef.Any) =>
        Effect.withFiberRuntime<End, WaitCycle>((fiber) => {
          const node = system.senderOf(fiber)?.node
          const known = node === undefined ? undefined : existing(ref)
          const ended = asyncHere<End>((resume) => {
            const cell = watchedBy(ref)
            if (cell === undefined) return resume(Effect.succeed({ _tag: "absent" }))
            const leave = cell.watch((end) => resume(Effect.succeed(end)))
            return Effect.sync(leave)
          })
          return known === undefined ? ended : waiting(node, endOf(known, false), ended)
        }),
      watchWith,
      receipt,
      ids: (definition: ActorType.Any) => Effect.sync(() => listings.ids(definition.type)),
      tagged: (tag: string) => Effect.sync(() => listings.tagged(tag)),
      revive: (ref: ActorRef.Any) => Effect.sync(() => existing(ref)?.revive()),
      isBusy: () => system.scheduler.isBusy,
      load: loadOf,
      snapshot: Effect.sync(() => snapshotsOf(system)),
      totals: Effect.sync(() => totalsOf(system)),
      changes: system.changes.stream
    }
  }
}

const childAddress = (parent: CellContext | undefined, type: string, id: string): string | InvalidActorId =>
  addressOf(type, id, parent === undefined ? "host" : parent.address)

/** Which actor, and which incarnation of it, a fiber works for. */
const contextOf = (fiber: Fiber.RuntimeFiber<unknown, unknown>): CellContext | undefined =>
  // Nobody but a cell puts that into a fiber's context.
  fiber.currentContext.unsafeMap.get(ActorContext.key) as CellContext | undefined
