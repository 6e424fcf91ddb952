/**
 * Plays scenarios on Troupe's supervisor over children that are nothing but names: what they do is written down.
 */
import { Cause } from "effect"
import {
  type Child,
  type ChildState,
  type Owner,
  type Reason,
  Supervisor
} from "../../../src/actor/internal/supervisor.ts"
import * as Strategy from "../../../src/actor/Strategy.ts"
import * as Supervision from "../../../src/actor/Supervision.ts"
import type { Hook, How, Item, Scenario, Seen, Spec, Step, SupervisorSpec } from "./scenario.ts"

const failed = Cause.die("start failed")
const reasons: Readonly<Record<How, Reason>> = {
  normal: "normal",
  shutdown: "shutdown",
  crash: { cause: Cause.die("crashed") }
}

export const strategyOf = ({ autoShutdown, intensity, strategy }: SupervisorSpec): Strategy.Strategy => {
  const options = { autoShutdown, intensity, period: "1 hour" } as const
  switch (strategy) {
    case "one-for-one":
      return Strategy.oneForOne(options)
    case "one-for-all":
      return Strategy.oneForAll(options)
    case "rest-for-one":
      return Strategy.restForOne(options)
  }
}

/** Work that is not done at once: in an order that `random` chooses, or, without it, there and then. */
class Tasks {
  private readonly tasks: Array<() => void> = []
  constructor(private readonly random: (() => number) | undefined) {}
  later(task: () => void): void {
    if (this.random === undefined) task()
    else this.tasks.push(task)
  }
  settle(): void {
    while (this.tasks.length > 0) {
      const at = Math.floor(this.random!() * this.tasks.length)
      this.tasks.splice(at, 1)[0]!()
    }
  }
}

class Tree {
  readonly tasks: Tasks
  log: Array<string> = []
  readonly named = new Map<string, Node>()
  private readonly counts = new Map<string, number>()
  private active: Supervisor | undefined

  constructor(
    private readonly scenario: Scenario,
    random: (() => number) | undefined
  ) {
    this.tasks = new Tasks(random)
  }

  seen(): Seen {
    const log = this.log
    this.log = []
    return { log, alive: [...this.named].flatMap(([id, { alive }]) => (alive ? [id] : [])).sort() }
  }

  play(step: Step): void {
    const node = this.named.get(step.supervisor)
    if (node === undefined || !node.alive) return
    const supervisor = node.supervisor!
    if (step._tag === "remove") {
      const child = this.named.get(step.id)
      if (child?.parent === supervisor) supervisor.remove(child, () => {})
      return this.tasks.settle()
    }
    this.active = supervisor
    // A child whose start takes its time keeps the supervisor busy until all is in its mailbox; then it leaves no trace.
    const blocker = new Blocker()
    supervisor.add(blocker)
    for (const item of step.items) {
      this.happen(supervisor, item)
      this.tasks.settle()
    }
    blocker.release()
    this.tasks.settle()
    this.active = undefined
  }

  private happen(supervisor: Supervisor, item: Item): void {
    if (item._tag === "add") supervisor.add(new Node(this, item.spec, supervisor))
    else this.exit(supervisor, item.id, item.how, () => {})
  }

  private exit(supervisor: Supervisor, id: string, how: How, done: () => void): void {
    const node = this.named.get(id)
    if (node === undefined || !node.alive || node.parent !== supervisor) return done()
    node.exit(reasons[how], done)
  }

  fails(worker: string, count: number): boolean {
    return this.scenario.failing[worker]?.includes(count) ?? false
  }

  hooks(worker: string, at: Hook["at"], supervisor: Supervisor | undefined, done: (count: number) => void): void {
    const key = `${at} ${worker}`
    const count = (this.counts.get(key) ?? 0) + 1
    this.counts.set(key, count)
    const due =
      supervisor === undefined || supervisor !== this.active
        ? []
        : this.scenario.hooks.filter((hook) => hook.worker === worker && hook.at === at && hook.count === count)
    const next = (n: number): void => {
      const hook = due[n]
      if (hook === undefined) return done(count)
      this.exit(supervisor!, hook.victim, hook.how, () => next(n + 1))
    }
    next(0)
  }
}

class Node implements Child {
  readonly key
  readonly restart
  readonly significant
  readonly supervision = Supervision.restart({ intensity: 0 })
  childState: ChildState | undefined
  alive = false
  supervisor: Supervisor | undefined
  whenStarted: ((failure: Cause.Cause<unknown> | undefined) => void) | undefined

  constructor(
    private readonly tree: Tree,
    readonly spec: Spec,
    readonly parent: Supervisor | undefined
  ) {
    this.key = spec.id
    this.restart = spec.restart
    this.significant = spec.significant
  }

  decide(): Supervision.Directive {
    return "restart"
  }

  start(done: (failure: Cause.Cause<unknown> | undefined) => void): void {
    const { spec, tree } = this
    const started = (failure: Cause.Cause<unknown> | undefined): void => {
      done(failure)
      const whenStarted = this.whenStarted
      this.whenStarted = undefined
      whenStarted?.(failure)
    }
    if (spec.kind === "worker") {
      return tree.hooks(spec.id, "start", this.parent, (count) => {
        const fails = tree.fails(spec.id, count)
        tree.log.push(`${fails ? "!" : "+"}${spec.id}`)
        if (!fails) {
          this.alive = true
          tree.named.set(spec.id, this)
        }
        tree.tasks.later(() => started(fails ? failed : undefined))
      })
    }
    tree.log.push(`+${spec.id}`)
    this.alive = true
    tree.named.set(spec.id, this)
    const supervisor = new Supervisor(strategyOf(spec), this.owner())
    this.supervisor = supervisor
    const next = (n: number): void => {
      const childSpec = spec.children[n]
      if (childSpec === undefined) return tree.tasks.later(() => started(undefined))
      const child = new Node(tree, childSpec, supervisor)
      child.whenStarted = (failure) => {
        if (failure === undefined) return next(n + 1)
        supervisor.stopAll(() => {
          this.alive = false
          started(failure)
        })
      }
      supervisor.add(child)
    }
    next(0)
  }

  private owner(): Owner {
    return {
      now: () => 0,
      after: () => {
        throw new Error("there is no backoff in a scenario")
      },
      random: () => 0.5,
      shutdown: () => this.exit("shutdown", () => {}),
      escalate: () => {
        throw new Error("nobody escalates in a scenario")
      }
    }
  }

  stop(_forGood: boolean, done: () => void): void {
    if (!this.alive) return done()
    const { spec, tree } = this
    if (spec.kind === "worker") {
      this.alive = false
      tree.log.push(`-${spec.id}`)
      return tree.hooks(spec.id, "stop", this.parent, () => tree.tasks.later(done))
    }
    this.supervisor!.stopAll(() => {
      this.alive = false
      tree.tasks.later(done)
    })
  }

  /** Ends by itself. */
  exit(reason: Reason, done: () => void): void {
    const ended = () => {
      this.alive = false
      this.parent?.ended(this, reason)
      done()
    }
    if (this.supervisor !== undefined) return this.supervisor.stopAll(ended)
    this.tree.log.push(`-${this.spec.id}`)
    ended()
  }

  restarting(): void {}
  givenUp(): void {
    throw new Error("children are not given up in a scenario")
  }
  gone(): void {}
}

class Blocker implements Child {
  readonly key = "blocker"
  readonly restart = "temporary"
  readonly significant = false
  readonly supervision = Supervision.stop
  childState: ChildState | undefined
  private done: ((failure: Cause.Cause<unknown> | undefined) => void) | undefined
  decide(): Supervision.Directive {
    return "stop"
  }
  start(done: (failure: Cause.Cause<unknown> | undefined) => void): void {
    this.done = done
  }
  release(): void {
    this.done!(failed)
  }
  stop(_forGood: boolean, done: () => void): void {
    done()
  }
  restarting(): void {}
  givenUp(): void {}
  gone(): void {}
}

/** As the model's `outcome`. With `random`, starts and stops take time; without, they answer at once. */
export const play = (scenario: Scenario, random?: () => number): ReadonlyArray<Seen> => {
  const tree = new Tree(scenario, random)
  const root = new Node(tree, scenario.tree, undefined)
  root.start(() => {})
  tree.tasks.settle()
  const seen = [tree.seen()]
  for (const step of scenario.steps) {
    tree.play(step)
    seen.push(tree.seen())
  }
  root.stop(true, () => {})
  tree.tasks.settle()
  seen.push(tree.seen())
  return seen
}
