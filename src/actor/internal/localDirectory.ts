/**
 * The two services over one local system: names to cells, and refs that send to them.
 */
import type { Rpc } from "@effect/rpc"
import { Duration, Effect, Option, Scope } from "effect"
import type { Definition } from "../Actor.ts"
import { ActorAlreadyExists, ActorNotFound, ActorStopping, type AskError, type SpawnError } from "../ActorError.ts"
import type { ActorRef } from "../ActorRef.ts"
import type { ActorSnapshot, ActorSystem, End, LocalActorSystem } from "../ActorSystem.ts"
import { Cell, State, stopped } from "./cell.ts"
import { LocalRef, type Protocol, protocolOf } from "./localRef.ts"
import type { LocalSystem } from "./localSystem.ts"
import { Registration } from "./registration.ts"

export const localDirectory = (
  system: LocalSystem
): { readonly portable: ActorSystem["Type"]; readonly local: LocalActorSystem["Type"] } => {
  const protocols = new WeakMap<Definition.Any, Protocol>()
  const protocol = (definition: Definition.Any): Protocol => {
    let known = protocols.get(definition)
    if (known === undefined) {
      known = protocolOf(definition)
      protocols.set(definition, known)
    }
    return known
  }

  /** The root's cell, made if wanted and its type is known; otherwise why not. */
  const root = (type: string, id: string, make: boolean): Cell | AskError | undefined => {
    const registration = system.registrations.get(type)
    if (registration === undefined) {
      return new ActorNotFound({ address: `${type}/${id}`, reason: "no layer provides its type" })
    }
    let cell = registration.roots.get(id)
    if (cell === undefined && make) {
      if (system.stopping) return new ActorStopping({ address: `${type}/${id}` })
      cell = new Cell(system, registration, id, `${type}/${id}`, undefined)
      registration.roots.set(id, cell)
    }
    return cell
  }

  const rootRef = (definition: Definition.Any, id: string): LocalRef =>
    new LocalRef(
      protocol(definition),
      `${definition.type}/${id}`,
      (make) => root(definition.type, id, make),
      undefined,
      system.askTimeoutMillis,
      false
    )

  const cellRef = (definition: Definition.Any, cell: Cell): LocalRef =>
    new LocalRef(protocol(definition), cell.address, () => cell, cell, system.askTimeoutMillis, true)

  /** The living cell behind a ref, without making one. */
  const existing = (ref: ActorRef.Any): Cell | undefined => (ref as unknown as LocalRef).existing()

  const register: ActorSystem["Type"]["register"] = (definition, behavior) =>
    Effect.acquireRelease(
      Effect.suspend(() => {
        if (system.registrations.has(definition.type)) {
          return Effect.dieMessage(
            `Two Layers provide actors of type "${definition.type}" in the system "${system.name}": give one of them another type name.`
          )
        }
        const registration = new Registration(
          definition.type,
          protocol(definition).tags,
          behavior.mailbox,
          behavior.supervision,
          behavior.build,
          behavior.services,
          (cell) => cellRef(definition, cell) as unknown as ActorRef.Any
        )
        system.registrations.set(definition.type, registration)
        return Effect.succeed(registration)
      }),
      (registration) =>
        Effect.flatMap(
          Effect.forEach([...registration.roots.values()].reverse(), stopped, {
            discard: true,
            concurrency: "unbounded"
          }),
          () => Effect.sync(() => system.registrations.delete(definition.type))
        )
    )

  const spawn = <Type extends string, Rpcs extends Rpc.Any>(
    definition: Definition<Type, Rpcs>,
    id: string
  ): Effect.Effect<ActorRef<Rpcs>, SpawnError, Scope.Scope> =>
    Effect.withFiberRuntime((fiber) => {
      const parent = system.senderOf(fiber)?.cell
      const address = `${parent === undefined ? "host" : parent.address}/${definition.type}/${id}`
      const registration = system.registrations.get(definition.type)
      if (registration === undefined) {
        return Effect.fail(new ActorNotFound({ address, reason: "no layer provides its type" }))
      }
      if (system.stopping || (parent !== undefined && parent.state > State.draining)) {
        return Effect.fail(new ActorStopping({ address }))
      }
      const siblings = parent === undefined ? system.hosted.values() : parent.children
      for (const sibling of siblings) {
        if (sibling.address === address) return Effect.fail(new ActorAlreadyExists({ address }))
      }
      const cell = new Cell(system, registration, id, address, parent)
      if (parent === undefined) system.hosted.set(address, cell)
      else parent.children.push(cell)
      const started = Effect.async<void, SpawnError>((resume) => {
        cell.start((error) => resume(error === undefined ? Effect.void : Effect.fail(error)))
        return stopped(cell)
      })
      const end = Effect.zipRight(
        stopped(cell),
        Effect.sync(() => system.hosted.delete(address))
      )
      // A child of an actor is stopped by the end of the actor's incarnation, in order; a host's by the host's scope.
      const owned =
        parent === undefined
          ? Effect.zipRight(
              Effect.flatMap(Scope.Scope, (scope) => Scope.addFinalizer(scope, end)),
              started
            )
          : started
      return Effect.as(owned, cellRef(definition, cell) as unknown as ActorRef<Rpcs>)
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

  return {
    portable: {
      name: system.name,
      register,
      ref: <Type extends string, Rpcs extends Rpc.Any>(definition: Definition<Type, Rpcs>, id: string) =>
        rootRef(definition, id) as unknown as ActorRef<Rpcs>,
      stop: (ref) =>
        Effect.suspend(() => {
          const cell = existing(ref)
          return cell === undefined ? Effect.void : stopped(cell)
        }),
      ids: (definition) => Effect.sync(() => [...(system.registrations.get(definition.type)?.roots.keys() ?? [])])
    },
    local: {
      spawn,
      watch: (ref) =>
        Effect.async<End>((resume) => {
          const cell = (ref as unknown as LocalRef).resolve()
          if (!(cell instanceof Cell)) return resume(Effect.succeed({ _tag: "absent" }))
          const leave = cell.watch((end) => resume(Effect.succeed(end)))
          return Effect.sync(leave)
        }),
      revive: (ref) => Effect.sync(() => existing(ref)?.revive()),
      snapshot: Effect.sync(() =>
        [...system.registrations.values()]
          .flatMap((registration) => [...registration.roots.values()])
          .concat([...system.hosted.values()])
          .map(snapshotOf)
      )
    }
  }
}
