/**
 * Plays scenarios on real actors: each node of a tree is one, and what it does is written down.
 */
import { Rpc } from "@effect/rpc"
import { type Context, Deferred, Effect, Schema, type Scope } from "effect"
import * as Actor from "../../../src/actor/Actor.ts"
import { ActorContext } from "../../../src/actor/ActorContext.ts"
import type { ActorRef } from "../../../src/actor/ActorRef.ts"
import * as ActorSystem from "../../../src/actor/ActorSystem.ts"
import * as Supervision from "../../../src/actor/Supervision.ts"
import { provided, rest, type Services } from "../harness.ts"
import { strategyOf } from "./fakeTree.ts"
import type { Hook, How, Scenario, Seen, Spec, Step, SupervisorSpec } from "./scenario.ts"

const protocol = [Rpc.make("Exit", { payload: { how: Schema.Literal("normal", "shutdown", "crash") } })] as const
type Protocol = (typeof protocol)[number]
type Node = ReturnType<typeof nodeOf>
const nodeOf = (id: string) => Actor.make(id, protocol)

/** Takes its time to start, and then does not. */
const Blocker = Actor.make("blocker", [])

type Inside = ActorContext | ActorSystem.LocalActorSystem | Scope.Scope
type Life = Context.Context<Inside>

class Tree {
  log: Array<string> = []
  readonly alive = new Set<string>()
  private readonly counts = new Map<string, number>()
  private readonly nodes = new Map<string, Node>()
  private readonly specs = new Map<string, Spec>()
  private readonly parents = new Map<string, string>()
  private readonly refs = new Map<string, ActorRef<Protocol>>()
  /** What the present life of each supervisor runs with. */
  private readonly lives = new Map<string, Life>()
  private active: Life | undefined
  private blocking: Deferred.Deferred<void> | undefined

  constructor(private readonly scenario: Scenario) {
    this.define(scenario.tree, undefined)
    for (const step of scenario.steps) {
      if (step._tag === "remove") continue
      for (const item of step.items) if (item._tag === "add") this.define(item.spec, step.supervisor)
    }
  }

  private define(spec: Spec, parent: string | undefined): void {
    this.nodes.set(spec.id, nodeOf(spec.id))
    this.specs.set(spec.id, spec)
    if (parent !== undefined) this.parents.set(spec.id, parent)
    if (spec.kind === "supervisor") for (const child of spec.children) this.define(child, spec.id)
  }

  seen(): Seen {
    const log = this.log
    this.log = []
    return { log, alive: [...this.alive].sort() }
  }

  /** Provides what all nodes are made of. */
  readonly provide = Effect.suspend(() =>
    Effect.zipRight(
      provided(
        Blocker.toLayer(
          Effect.suspend(() => Effect.zipRight(Deferred.await(this.blocking!), Effect.dieMessage("unblocked"))),
          { supervision: Supervision.stop }
        )
      ),
      Effect.forEach(
        this.specs.values(),
        (spec) => provided(spec.kind === "worker" ? this.worker(spec.id) : this.supervisor(spec)),
        { discard: true }
      )
    )
  )

  private readonly spawn = (id: string) =>
    Effect.asVoid(ActorSystem.spawn(this.nodes.get(id)!, "n", this.specs.get(id)!))

  private worker(id: string) {
    const node = this.nodes.get(id)!
    return node.toLayer(
      Effect.gen(this, function* () {
        const { stop } = yield* ActorContext
        this.refs.set(id, yield* node.self)
        const count = yield* this.hooks(id, "start")
        if (this.scenario.failing[id]?.includes(count)) {
          this.log.push(`!${id}`)
          return yield* Effect.dieMessage("a start that fails")
        }
        let byItself = false
        yield* Effect.addFinalizer(() =>
          Effect.suspend(() => {
            this.log.push(`-${id}`)
            this.alive.delete(id)
            return byItself ? Effect.void : this.hooks(id, "stop")
          })
        )
        this.log.push(`+${id}`)
        this.alive.add(id)
        return node.of({
          Exit: ({ how }) => {
            byItself = true
            return how === "crash" ? Effect.dieMessage("a crash") : stop
          }
        })
      })
    )
  }

  private supervisor(spec: SupervisorSpec) {
    const { id } = spec
    const node = this.nodes.get(id)!
    return node.toLayer(
      Effect.gen(this, function* () {
        const { stop } = yield* ActorContext
        this.refs.set(id, yield* node.self)
        yield* Effect.addFinalizer(() => Effect.sync(() => this.alive.delete(id)))
        this.log.push(`+${id}`)
        this.alive.add(id)
        this.lives.set(id, yield* Effect.context<Inside>())
        yield* Effect.forEach(spec.children, (child) => this.spawn(child.id), { discard: true })
        return node.of({ Exit: ({ how }) => (how === "crash" ? Effect.dieMessage("a crash") : stop) })
      }),
      { children: strategyOf(spec) }
    )
  }

  readonly start = Effect.suspend(() => Effect.exit(this.spawn(this.scenario.tree.id)))

  readonly play = (step: Step): Effect.Effect<void, never, Services> =>
    Effect.gen(this, function* () {
      if (!this.alive.has(step.supervisor)) return
      if (step._tag === "remove") {
        const child = this.refs.get(step.id)
        if (child !== undefined) yield* Effect.orDie(ActorSystem.stop(child))
        return yield* rest
      }
      const life = this.lives.get(step.supervisor)!
      this.active = life
      // A child whose start takes its time keeps the supervisor busy until all has come to it; then it leaves no trace.
      this.blocking = yield* Deferred.make<void>()
      yield* this.addTo(life, ActorSystem.spawn(Blocker, "n"))
      for (const item of step.items) {
        yield* item._tag === "add" ? this.addTo(life, this.spawn(item.spec.id)) : this.exit(item.id, item.how)
      }
      yield* Deferred.succeed(this.blocking, undefined)
      yield* settled
      this.active = undefined
    })

  /** Spawned as the supervisor would, in a fiber that does not end with it. */
  private addTo(life: Life, spawn: Effect.Effect<unknown, unknown, Inside>): Effect.Effect<void, never, Scope.Scope> {
    return Effect.zipRight(Effect.forkScoped(Effect.ignore(Effect.provide(spawn, life))), rest)
  }

  private exit(id: string, how: How): Effect.Effect<void> {
    return this.alive.has(id) ? Effect.zipRight(Effect.orDie(this.refs.get(id)!.tell.Exit({ how })), rest) : Effect.void
  }

  private hooks(worker: string, at: Hook["at"]): Effect.Effect<number> {
    return Effect.suspend(() => {
      const key = `${at} ${worker}`
      const count = (this.counts.get(key) ?? 0) + 1
      this.counts.set(key, count)
      const due =
        this.active === undefined || this.lives.get(this.parents.get(worker)!) !== this.active
          ? []
          : this.scenario.hooks.filter((hook) => hook.worker === worker && hook.at === at && hook.count === count)
      return Effect.as(
        Effect.forEach(due, ({ how, victim }) => this.exit(victim, how), { discard: true }),
        count
      )
    })
  }

  readonly end = Effect.suspend(() => {
    const root = this.refs.get(this.scenario.tree.id)
    return root === undefined ? Effect.void : Effect.orDie(ActorSystem.stop(root))
  })
}

/** Several restarts in a row, some with exits in between, each of which comes to rest by itself. */
const settled = Effect.repeatN(rest, 40)

/** As the model's `outcome`. */
export const play = (scenario: Scenario): Effect.Effect<ReadonlyArray<Seen>, never, Services> =>
  Effect.gen(function* () {
    const tree = new Tree(scenario)
    yield* tree.provide
    yield* tree.start
    const seen = [tree.seen()]
    for (const step of scenario.steps) {
      yield* tree.play(step)
      seen.push(tree.seen())
    }
    yield* tree.end
    seen.push(tree.seen())
    return seen
  })
