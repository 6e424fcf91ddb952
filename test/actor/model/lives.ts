/**
 * Which actors live, what is at an address, and who hears of an end: the real registry and death-watch beside a story told
 * with arrays. One command at a time, everything that it leads to in an order of the seed's choice.
 */
import assert from "node:assert/strict"
import { Rpc } from "@effect/rpc"
import { Clock, Effect, Exit, Fiber, Layer, Schema, type Scope } from "effect"
import fc from "fast-check"
import * as Actor from "../../../src/actor/Actor.ts"
import { ActorContext } from "../../../src/actor/ActorContext.ts"
import type { ActorRef } from "../../../src/actor/ActorRef.ts"
import type { ActorSnapshot, End } from "../../../src/actor/ActorSnapshot.ts"
import { ActorSystem, LocalActorSystem, spawn } from "../../../src/actor/ActorSystem.ts"
import * as Supervision from "../../../src/actor/Supervision.ts"
import { type Exploration, settled } from "./explore.ts"

const intensity = 1
const periodMillis = 10_000

const protocol = [
  /** The incarnation, and how many pings it had before. */
  Rpc.make("Ping", { success: Schema.Array(Schema.Int) }),
  Rpc.make("Crash"),
  /** What became of it: `spawned`, or the error's tag. */
  Rpc.make("Spawn", { payload: { id: Schema.String }, success: Schema.String }),
  Rpc.make("StopSelf")
] as const
const Child = Actor.make("Child", protocol)
const Root = Actor.make("Root", protocol)
type Ref = ActorRef<(typeof protocol)[number]>

type Command =
  | { readonly _tag: "ping" | "crash" | "stop" | "stop itself" | "revive" | "watch"; readonly address: string }
  | { readonly _tag: "spawn"; readonly parent: string; readonly id: string }
  | { readonly _tag: "unwatch" | "wait" }

const roots = ["Root/a", "Root/b"]
const addresses = [...roots, ...roots.flatMap((root) => [`${root}/Child/x`, `${root}/Child/y`]), "host/Child/x"]

const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.record({
      _tag: fc.constantFrom("ping", "ping", "crash", "crash", "stop", "stop itself", "revive", "watch", "watch"),
      address: fc.constantFrom(...addresses)
    })
  },
  {
    weight: 4,
    arbitrary: fc.record({
      _tag: fc.constant("spawn" as const),
      parent: fc.constantFrom("Root/a", "Root/a", "Root/b", "host"),
      id: fc.constantFrom("x", "y")
    })
  },
  { weight: 1, arbitrary: fc.record({ _tag: fc.constantFrom("unwatch" as const, "wait" as const) }) }
)

/** An actor, as the model knows it. */
interface Life {
  readonly address: string
  failed: boolean
  /** A root that is watched or revived, and waits for a message to start it. */
  dormant: boolean
  incarnation: number
  pings: number
  restarts: Array<number>
  readonly children: Array<Life>
}

/** The registry as a story. */
class Model {
  /** In the order in which they were first named. */
  readonly roots: Array<Life> = []
  readonly hosted: Array<Life> = []
  readonly watches: Array<{ readonly address: string; readonly n: number }> = []
  readonly heard = new Map<number, End["_tag"]>()

  private siblings(address: string): Array<Life> | undefined {
    const at = address.lastIndexOf("/Child/")
    if (at === -1) return this.roots
    const parent = address.slice(0, at)
    return parent === "host" ? this.hosted : this.find(parent)?.children
  }
  find(address: string): Life | undefined {
    return this.siblings(address)?.find((life) => life.address === address)
  }
  isRoot(address: string): boolean {
    return roots.includes(address)
  }

  /** The actor that a message meets, or the error that its sender gets. */
  meet(address: string): Life | string {
    let life = this.find(address)
    if (life?.failed) return "ActorFailed"
    if (life === undefined && !this.isRoot(address)) return "ActorNotFound"
    if (life === undefined) {
      life = newborn(address)
      this.roots.push(life)
    } else if (life.dormant) {
      life.dormant = false
      life.incarnation++
    }
    return life
  }

  spawn(parent: string, id: string): string {
    const address = `${parent}/Child/${id}`
    if (parent !== "host") {
      const met = this.meet(parent)
      if (typeof met === "string") return met
    }
    if (this.find(address) !== undefined) return "ActorAlreadyExists"
    this.siblings(address)!.push(newborn(address))
    return "spawned"
  }

  crash(address: string, now: number): string {
    const met = this.meet(address)
    if (typeof met === "string") return met
    this.endChildren(met)
    met.restarts = met.restarts.filter((at) => at > now - periodMillis)
    if (met.restarts.length >= intensity) {
      met.failed = true
      this.tell(address, "failed")
    } else {
      met.restarts.push(now)
      met.incarnation++
      met.pings = 0
    }
    return "ActorCrashed"
  }

  stop(address: string): void {
    const siblings = this.siblings(address)
    const life = this.find(address)
    if (life === undefined || siblings === undefined) return
    this.endChildren(life)
    siblings.splice(siblings.indexOf(life), 1)
    this.tell(address, "stopped")
  }

  revive(address: string): void {
    const life = this.find(address)
    if (life === undefined || !life.failed) return
    Object.assign(life, { failed: false, pings: 0, restarts: [] })
    if (this.isRoot(address)) life.dormant = true
    else life.incarnation++
  }

  watch(address: string, n: number): void {
    const life = this.find(address)
    if (life?.failed) this.heard.set(n, "failed")
    else if (life === undefined && !this.isRoot(address)) this.heard.set(n, "absent")
    else {
      if (life === undefined) this.roots.push({ ...newborn(address), dormant: true, incarnation: 0 })
      this.watches.push({ address, n })
    }
  }

  unwatch(): number | undefined {
    const watch = this.watches.shift()
    const life = watch === undefined ? undefined : this.find(watch.address)
    // Nobody wants to know it any more.
    if (life?.dormant && !this.watches.some(({ address }) => address === life.address)) this.stop(life.address)
    return watch?.n
  }

  private endChildren(life: Life): void {
    for (const child of [...life.children].reverse()) this.stop(child.address)
  }

  private tell(address: string, end: End["_tag"]): void {
    for (const watch of this.watches.filter((watch) => watch.address === address)) {
      this.watches.splice(this.watches.indexOf(watch), 1)
      this.heard.set(watch.n, end)
    }
  }
}

const newborn = (address: string): Life => ({
  address,
  failed: false,
  dormant: false,
  incarnation: 1,
  pings: 0,
  restarts: [],
  children: []
})

interface Tree {
  readonly address: string
  readonly state: string
  readonly children: ReadonlyArray<Tree>
}
const treeOf = ({ address, children, state }: ActorSnapshot): Tree => ({
  address,
  state,
  children: children.map(treeOf)
})
const expectedTree = ({ address, children, failed }: Life): Tree => ({
  address,
  state: failed ? "failed" : "running",
  children: children.map(expectedTree)
})

const program = (commands: ReadonlyArray<Command>) =>
  Effect.gen(function* () {
    const system = yield* ActorSystem
    const local = yield* LocalActorSystem
    const refs = new Map<string, Ref>()
    /** Incarnations that are open, by address: two at once would be a zombie and its heir. */
    const open = new Map<string, number>()
    let zombies = 0

    const spawned = (parent: string, id: string): Effect.Effect<string, never, LocalActorSystem | Scope.Scope> =>
      spawn(Child, id).pipe(
        Effect.map((ref) => {
          refs.set(`${parent}/Child/${id}`, ref)
          return "spawned"
        }),
        Effect.catchAll((error) => Effect.succeed(error._tag))
      )
    const behaviour = Effect.gen(function* () {
      const { address, incarnation, stop } = yield* ActorContext
      yield* Effect.acquireRelease(
        Effect.sync(() => {
          open.set(address, (open.get(address) ?? 0) + 1)
          if (open.get(address)! > 1) zombies++
        }),
        () => Effect.sync(() => open.set(address, open.get(address)! - 1))
      )
      let pings = 0
      return {
        Ping: () => [incarnation, pings++],
        Crash: () => Effect.dieMessage("asked to"),
        Spawn: ({ id }: { readonly id: string }) => spawned(address, id),
        StopSelf: () => stop
      }
    })
    const supervision = Supervision.restart({ intensity, period: periodMillis })
    yield* Layer.build(Child.toLayer(behaviour, { supervision }))
    yield* Layer.build(Root.toLayer(behaviour, { supervision }))
    const client = yield* Root.client
    for (const address of roots) refs.set(address, client(address.slice(5)))

    const model = new Model()
    const watching: Array<Fiber.RuntimeFiber<End>> = []
    const said = <A>(effect: Effect.Effect<A, { readonly _tag: string }>) =>
      Effect.merge(Effect.mapError(effect, ({ _tag }) => _tag))
    for (const command of commands) {
      const where = JSON.stringify(command)
      switch (command._tag) {
        case "wait":
          yield* Effect.sleep(periodMillis + 1)
          break
        case "unwatch": {
          const n = model.unwatch()
          if (n !== undefined) yield* Fiber.interrupt(watching[n]!)
          break
        }
        case "spawn": {
          const { id, parent } = command
          const sent = parent === "host" ? spawned(parent, id) : said(refs.get(parent)!.ask.Spawn({ id }))
          assert.strictEqual(yield* sent, model.spawn(parent, id), where)
          break
        }
        default: {
          const ref = refs.get(command.address)
          // A child is known by the ref that its spawn gave.
          if (ref === undefined) break
          switch (command._tag) {
            case "ping": {
              const met = model.meet(command.address)
              const expected = typeof met === "string" ? met : [met.incarnation, met.pings++]
              assert.deepStrictEqual(yield* said(ref.ask.Ping()), expected, where)
              break
            }
            case "crash": {
              const now = yield* Clock.currentTimeMillis
              assert.strictEqual(yield* said(ref.ask.Crash()), model.crash(command.address, now), where)
              break
            }
            case "stop itself": {
              const met = model.meet(command.address)
              assert.strictEqual(yield* said(ref.ask.StopSelf()), typeof met === "string" ? met : undefined, where)
              if (typeof met !== "string") model.stop(command.address)
              break
            }
            case "stop":
              yield* system.stop(ref)
              model.stop(command.address)
              break
            case "revive":
              yield* local.revive(ref)
              model.revive(command.address)
              break
            case "watch":
              model.watch(command.address, watching.length)
              watching.push(yield* Effect.fork(Effect.orDie(local.watch(ref))))
          }
        }
      }
      yield* settled
      const living = model.roots.filter(({ dormant }) => !dormant)
      assert.deepStrictEqual(
        yield* local.ids(Root),
        living.map(({ address }) => address.slice(5)),
        `ids after ${where}`
      )
      assert.deepStrictEqual(
        (yield* local.snapshot).map(treeOf),
        [...living, ...model.hosted].map(expectedTree),
        `snapshot after ${where}`
      )
      const heard = new Map<number, End["_tag"]>()
      watching.forEach((fiber, n) => {
        const exit = fiber.unsafePoll()
        if (exit !== null && Exit.isSuccess(exit)) heard.set(n, exit.value._tag)
      })
      assert.deepStrictEqual(
        [...heard].sort(([a], [b]) => a - b),
        [...model.heard].sort(([a], [b]) => a - b),
        `watches after ${where}`
      )
      assert.strictEqual(zombies, 0, `two incarnations at one address after ${where}`)
    }
  })

export const lives: Exploration<ReadonlyArray<Command>> = {
  input: fc.array(command, { maxLength: 20, size: "max" }),
  program
}
