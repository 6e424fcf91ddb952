/**
 * What may happen to a tree of supervisors, as data: for the model, for real Erlang, and for Troupe's own.
 *
 * Everything is counted, not timed: a start fails by its number, and an exit in the middle of something is tied to the
 * start or stop of a sibling. So a scenario has one outcome, whoever plays it.
 */
import fc from "fast-check"

export type Restart = "permanent" | "transient" | "temporary"
/** `normal` and `shutdown` are ends of one's own choice. */
export type How = "normal" | "shutdown" | "crash"

export interface WorkerSpec {
  readonly kind: "worker"
  readonly id: string
  readonly restart: Restart
  readonly significant: boolean
}

export interface SupervisorSpec {
  readonly kind: "supervisor"
  readonly id: string
  readonly restart: Restart
  readonly significant: boolean
  readonly strategy: "one-for-one" | "one-for-all" | "rest-for-one"
  /** Restarts of all its children in the whole scenario. */
  readonly intensity: number
  readonly autoShutdown: "never" | "any" | "all"
  readonly children: ReadonlyArray<Spec>
}

export type Spec = WorkerSpec | SupervisorSpec

/**
 * When `worker` starts or is stopped for the `count`th time, `victim`, a sibling, exits first (afterwards, for a stop).
 * It counts only in some steps: see `Step`.
 */
export interface Hook {
  readonly worker: string
  readonly at: "start" | "stop"
  readonly count: number
  readonly victim: string
  readonly how: How
}

/** What a supervisor finds in its mailbox at once. */
export type Item =
  | { readonly _tag: "exit"; readonly id: string; readonly how: How }
  | { readonly _tag: "add"; readonly spec: Spec }

/**
 * Happens when all is at rest: several things at once at one supervisor, or an order to remove a child. With the former,
 * hooks count at that supervisor as long as it is the same one: then nobody else is at work, and there is one order.
 */
export type Step =
  | { readonly _tag: "items"; readonly supervisor: string; readonly items: ReadonlyArray<Item> }
  | { readonly _tag: "remove"; readonly supervisor: string; readonly id: string }

export interface Scenario {
  readonly tree: SupervisorSpec
  /** By worker, which of its starts fail. The first is 1. */
  readonly failing: Readonly<Record<string, ReadonlyArray<number>>>
  readonly hooks: ReadonlyArray<Hook>
  readonly steps: ReadonlyArray<Step>
}

/**
 * What was seen from one rest to the next: `+a` a start, of a supervisor before its children; `!a` a worker's start that
 * failed; `-a` a worker's end; and who lives then, by name.
 */
export interface Seen {
  readonly log: ReadonlyArray<string>
  readonly alive: ReadonlyArray<string>
}

const restarts = fc.constantFrom<Restart>("permanent", "transient", "temporary")
const hows = fc.constantFrom<How>("crash", "crash", "normal", "shutdown")

type Raw = {
  readonly restart: Restart
  readonly significant: boolean
  readonly strategy: SupervisorSpec["strategy"]
  readonly intensity: number
  readonly autoShutdown: SupervisorSpec["autoShutdown"]
  readonly children: ReadonlyArray<Raw> | undefined
}

const raw = (depth: number): fc.Arbitrary<Raw> => {
  const children =
    depth === 0
      ? fc.constant(undefined)
      : fc.oneof(
          { weight: depth === 1 ? 2 : 1, arbitrary: fc.constant(undefined) },
          { weight: 1, arbitrary: fc.array(raw(depth - 1), { maxLength: 4 }) }
        )
  return fc.record({
    restart: restarts,
    significant: fc.constantFrom(true, true, false),
    strategy: fc.constantFrom<SupervisorSpec["strategy"]>("one-for-one", "one-for-all", "rest-for-one"),
    intensity: fc.nat({ max: 4 }),
    autoShutdown: fc.constantFrom<SupervisorSpec["autoShutdown"]>("never", "never", "any", "all", "all"),
    children
  })
}

/** Names nodes by their place, and leaves out what OTP refuses. */
const named = (node: Raw, id: string, parent: SupervisorSpec["autoShutdown"]): Spec => {
  const { autoShutdown, intensity, restart, strategy } = node
  const significant = node.significant && restart !== "permanent" && parent !== "never"
  if (node.children === undefined) return { kind: "worker", id, restart, significant }
  const children = node.children.map((child, at) => named(child, `${id}_${at + 1}`, autoShutdown))
  return { kind: "supervisor", id, restart, significant, strategy, intensity, autoShutdown, children }
}

const supervisorsIn = (spec: Spec): ReadonlyArray<SupervisorSpec> =>
  spec.kind === "worker" ? [] : [spec, ...spec.children.flatMap(supervisorsIn)]

const workersIn = (spec: Spec): ReadonlyArray<WorkerSpec> =>
  spec.kind === "worker" ? [spec] : spec.children.flatMap(workersIn)

const pick = <A>(from: ReadonlyArray<A>, n: number): A => from[n % from.length]!

/** Trees of supervisors, `depth` levels of them at most. */
export const scenarios = (depth: number): fc.Arbitrary<Scenario> => {
  const root = fc.record({
    strategy: fc.constantFrom<SupervisorSpec["strategy"]>("one-for-one", "one-for-all", "rest-for-one"),
    intensity: fc.nat({ max: 6 }),
    autoShutdown: fc.constantFrom<SupervisorSpec["autoShutdown"]>("never", "never", "any", "all", "all"),
    children: fc.array(raw(depth - 1), { minLength: 1, maxLength: 4 })
  })
  const picks = fc.record({
    failing: fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 6 }), fc.nat({ max: 3 })), { maxLength: 5 }),
    hooks: fc.array(
      fc.record({
        worker: fc.nat(),
        at: fc.constantFrom<Hook["at"]>("start", "stop"),
        count: fc.integer({ min: 1, max: 4 }),
        victim: fc.nat(),
        how: hows
      }),
      { maxLength: 4 }
    ),
    steps: fc.array(
      fc.record({
        supervisor: fc.nat(),
        remove: fc.constantFrom(true, false, false, false, false, false),
        items: fc.array(
          fc.record({
            add: fc.constantFrom(true, false, false, false, false),
            child: fc.nat(),
            how: hows,
            node: raw(1)
          }),
          { minLength: 1, maxLength: 4 }
        )
      }),
      { maxLength: 10 }
    )
  })
  return fc.tuple(root, picks).map(([{ autoShutdown, children, intensity, strategy }, picked]): Scenario => {
    const tree: SupervisorSpec = {
      kind: "supervisor",
      id: "s",
      restart: "temporary",
      significant: false,
      strategy,
      intensity,
      autoShutdown,
      children: children.map((child, at) => named(child, `s_${at + 1}`, autoShutdown))
    }
    const supervisors = [...supervisorsIn(tree)]
    const childrenOf = new Map(supervisors.map((one) => [one.id, one.children.map((child) => child.id)]))
    const workers = [...workersIn(tree)]
    let added = 0
    const steps: Array<Step> = []
    for (const step of picked.steps) {
      const supervisor = pick(supervisors, step.supervisor)
      const ids = childrenOf.get(supervisor.id)!
      if (step.remove) {
        if (ids.length > 0)
          steps.push({ _tag: "remove", supervisor: supervisor.id, id: pick(ids, step.items[0]!.child) })
        continue
      }
      const items = step.items.flatMap((item): ReadonlyArray<Item> => {
        if (item.add || ids.length === 0) {
          const spec = named(item.node, `a${++added}`, supervisor.autoShutdown)
          ids.push(spec.id)
          for (const one of supervisorsIn(spec)) {
            supervisors.push(one)
            childrenOf.set(
              one.id,
              one.children.map((child) => child.id)
            )
          }
          workers.push(...workersIn(spec))
          return [{ _tag: "add", spec }]
        }
        return [{ _tag: "exit", id: pick(ids, item.child), how: item.how }]
      })
      steps.push({ _tag: "items", supervisor: supervisor.id, items })
    }
    const failing: Record<string, Array<number>> = {}
    const hooks: Array<Hook> = []
    if (workers.length > 0) {
      for (const [at, from, more] of picked.failing) {
        const { id } = pick(workers, at)
        // First starts seldom fail: a tree that does not come up has little to tell.
        const first = from === 1 && at % 4 > 0 ? 2 : from
        failing[id] = [...new Set([...(failing[id] ?? []), ...Array.from({ length: more + 1 }, (_, n) => first + n)])]
      }
      for (const hook of picked.hooks) {
        const worker = pick(workers, hook.worker).id
        const siblings = [...childrenOf.values()].find((ids) => ids.includes(worker))!.filter((id) => id !== worker)
        if (siblings.length > 0) hooks.push({ ...hook, worker, victim: pick(siblings, hook.victim) })
      }
    }
    return { tree, failing, hooks, steps }
  })
}
