/**
 * The two services over one local system: names to cells, and refs that send to them.
 */
import type * as Rpc from "@effect/rpc/Rpc"
import { Effect, Scope } from "effect"
import {
  ActorAlreadyExists,
  ActorNotFound,
  ActorStopping,
  type AskError,
  DuplicateActorType,
  type SpawnError,
  type TellError
} from "../ActorError.ts"
import type { ActorRef, ActorType } from "../ActorRef.ts"
import type { ActorSnapshot, End, Load } from "../ActorSnapshot.ts"
import type { Behavior } from "../Behavior.ts"
import type { Receipt } from "../Receipt.ts"
import { ReceiptSlip } from "./attachment.ts"
import { Cell, stopped } from "./cell.ts"
import { State } from "./inbox.ts"
import { LocalRef, type Sending, sendingOf } from "./localRef.ts"
import type { LocalSystem, Registration } from "./localSystem.ts"
import { Tell } from "./tell.ts"

export const localDirectory = (system: LocalSystem) => {
  const protocols = new WeakMap<ActorType.Any, Sending>()
  const protocol = (definition: ActorType.Any): Sending => {
    let known = protocols.get(definition)
    if (known === undefined) {
      known = sendingOf(definition)
      protocols.set(definition, known)
    }
    return known
  }

  const cellOf = (
    registration: Registration,
    type: string,
    id: string,
    address: string,
    parent: Cell | undefined,
    isRoot: boolean,
    forget: (cell: Cell) => void
  ): Cell => {
    const { behavior, protocol } = registration
    // A root's own ref is like any other to it: it outlives the cell.
    const refOf = (cell: Cell) =>
      (isRoot ? rootRef(protocol, type, id) : cellRef(protocol, cell)) as unknown as ActorRef.Any
    const cell = new Cell(system, {
      type,
      id,
      address,
      protocol,
      behavior,
      parent,
      isRoot,
      refOf,
      forget: (ended) => {
        registration.cells.delete(ended)
        forget(ended)
      }
    })
    registration.cells.add(cell)
    return cell
  }

  /** The root's cell, made if wanted and its type is known; otherwise why not. */
  const root = (type: string, id: string, make: boolean): Cell | AskError | undefined => {
    const registration = system.registrations.get(type)
    if (registration === undefined) {
      return new ActorNotFound({ address: `${type}/${id}`, reason: "no layer provides its type" })
    }
    let cell = registration.roots.get(id)
    if (cell === undefined && make) {
      if (system.stopping || registration.closing) return new ActorStopping({ address: `${type}/${id}` })
      cell = cellOf(registration, type, id, `${type}/${id}`, undefined, true, (ended) => {
        if (registration.roots.get(id) === ended) registration.roots.delete(id)
      })
      registration.roots.set(id, cell)
    }
    return cell
  }

  const rootRef = (protocol: Sending, type: string, id: string): LocalRef =>
    new LocalRef(protocol, `${type}/${id}`, (make) => root(type, id, make), undefined, system.askTimeoutMillis, false)

  const cellRef = (protocol: Sending, cell: Cell): LocalRef =>
    new LocalRef(protocol, cell.address, () => cell, cell, system.askTimeoutMillis, true)

  /**
   * The living cell behind a ref, without making one. Refs of this system are all `LocalRef`s; the public type differs in
   * that `ask` and `tell` are known there by the protocol, which is why each way across is a cast.
   */
  const existing = (ref: ActorRef.Any): Cell | undefined => (ref as unknown as LocalRef).existing()

  const register = (definition: ActorType.Any, behavior: Behavior): Effect.Effect<void, never, Scope.Scope> =>
    Effect.acquireRelease(
      Effect.suspend(() => {
        if (system.registrations.has(definition.type)) {
          return Effect.die(new DuplicateActorType({ type: definition.type, system: system.name }))
        }
        const registration: Registration = {
          behavior,
          protocol: protocol(definition),
          roots: new Map(),
          cells: new Set(),
          closing: false
        }
        system.registrations.set(definition.type, registration)
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
          Effect.sync(() => system.registrations.delete(definition.type))
        )
    )

  const spawn = <Type extends string, Rpcs extends Rpc.Any>(
    definition: ActorType<Type, Rpcs>,
    id: string
  ): Effect.Effect<ActorRef<Rpcs>, SpawnError, Scope.Scope> =>
    // From the moment its address is taken somebody must own the child.
    Effect.uninterruptibleMask((restore) =>
      Effect.withFiberRuntime((fiber) => {
        // Nobody but a cell puts itself into a fiber's context.
        const parent = system.senderOf(fiber)?.cell as Cell | undefined
        const address = `${parent === undefined ? "host" : parent.address}/${definition.type}/${id}`
        const registration = system.registrations.get(definition.type)
        if (registration === undefined) {
          return Effect.fail(new ActorNotFound({ address, reason: "no layer provides its type" }))
        }
        if (system.stopping || registration.closing || (parent !== undefined && parent.state > State.draining)) {
          return Effect.fail(new ActorStopping({ address }))
        }
        const siblings = parent === undefined ? system.hosted.values() : parent.children
        for (const sibling of siblings) {
          if (sibling.address === address) return Effect.fail(new ActorAlreadyExists({ address }))
        }
        const cell = cellOf(registration, definition.type, id, address, parent, false, () =>
          system.hosted.delete(address)
        )
        if (parent === undefined) system.hosted.set(address, cell)
        else parent.children.push(cell)
        const started = Effect.async<void, SpawnError>((resume) => {
          cell.start((error) => resume(error === undefined ? Effect.void : Effect.fail(error)))
          return stopped(cell)
        })
        // A child of an actor is stopped by the end of the actor's incarnation, in order; a host's by the host's scope.
        const owned =
          parent === undefined
            ? Effect.zipRight(
                Effect.flatMap(Scope.Scope, (scope) => Scope.addFinalizer(scope, stopped(cell))),
                restore(started)
              )
            : restore(started)
        return Effect.as(owned, cellRef(registration.protocol, cell) as unknown as ActorRef<Rpcs>)
      })
    )

  const receipt = (tell: ActorRef.Tell): Effect.Effect<Receipt, TellError> =>
    Effect.withFiberRuntime((fiber) => {
      if (!(tell instanceof Tell)) return Effect.dieMessage("A receipt is for what a ref's `tell` gives, unsent")
      const slip = new ReceiptSlip(system.tracing ? fiber.currentSpan : undefined)
      return Effect.as(tell.destination.tellWith(tell.rpc, tell.payload, slip, fiber), { settled: slip.await })
    })

  const snapshotOf = (cell: Cell): ActorSnapshot => ({
    address: cell.address,
    state: cell.describeState(),
    depth: cell.ring.size,
    waitingSenders: cell.waitingSenders,
    handled: cell.handled,
    failed: cell.failed,
    restarts: cell.restarts,
    incarnation: cell.incarnation?.number ?? 0,
    children: cell.children.map(snapshotOf)
  })

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
        return found === undefined ? 0 : found.ring.size + (found.inHand ? 1 : 0) + (found.incarnation?.besides ?? 0)
      }
    }
  }

  return {
    portable: {
      name: system.name,
      register,
      ref: <Type extends string, Rpcs extends Rpc.Any>(definition: ActorType<Type, Rpcs>, id: string) =>
        rootRef(protocol(definition), definition.type, id) as unknown as ActorRef<Rpcs>,
      stop: (ref: ActorRef.Any) =>
        Effect.suspend(() => {
          const cell = existing(ref)
          return cell === undefined ? Effect.void : stopped(cell)
        }),
      ids: (definition: ActorType.Any) =>
        Effect.sync(() =>
          [...(system.registrations.get(definition.type)?.roots.values() ?? [])].filter(isAlive).map((cell) => cell.id)
        )
    },
    local: {
      spawn,
      watch: (ref: ActorRef.Any) =>
        Effect.async<End>((resume) => {
          const cell = (ref as unknown as LocalRef).resolve()
          if (!(cell instanceof Cell)) return resume(Effect.succeed({ _tag: "absent" }))
          const leave = cell.watch((end) => resume(Effect.succeed(end)))
          return Effect.sync(leave)
        }),
      receipt,
      revive: (ref: ActorRef.Any) => Effect.sync(() => existing(ref)?.revive()),
      isBusy: () => system.scheduler.isBusy,
      load: loadOf,
      snapshot: Effect.sync(() =>
        [...system.registrations.values()]
          .flatMap((registration) => [...registration.roots.values()])
          .concat([...system.hosted.values()])
          .filter(isAlive)
          .map(snapshotOf)
      )
    }
  }
}

/** An address that is only watched has a cell, too. */
const isAlive = (cell: Cell): boolean => cell.state !== State.absent
