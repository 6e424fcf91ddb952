import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as Resources from "../../src/team/Resources.ts"
import * as Schedule from "../../src/team/Schedule.ts"
import { ScheduleModel } from "./scheduleModel.ts"

/** A task with how its work goes. */
interface Work extends Schedule.Task {
  readonly takes: number
  readonly usable: boolean
  /** It is submitted while this one works, right before its end; `undefined`: with the run. */
  readonly appearsIn: string | undefined
  /** Before it works it runs a schedule of its own, of so many tasks. */
  readonly inner: number
}

interface Scenario {
  readonly capacity: Resources.Resources
  readonly patience: number
  readonly runs: ReadonlyArray<{ readonly limits: Resources.Resources; readonly works: ReadonlyArray<Work> }>
  /** Task names that are cancelled after so many events. */
  readonly cancels: ReadonlyArray<readonly [after: number, run: number, name: string]>
}

interface Shape {
  readonly runs: number
  readonly size: number
  readonly isPlain?: boolean | undefined
}

const amounts = (least: number) =>
  fc.record({
    agents: fc.integer({ min: Math.max(1, least), max: 4 }),
    cpus: fc.integer({ min: least, max: 3 }),
    memoryMiB: fc.integer({ min: least, max: 3 })
  })

const work = (index: number, { isPlain = false }: Shape): fc.Arbitrary<Work> =>
  fc
    .record({
      before: fc.uniqueArray(fc.nat(Math.max(0, index - 1)), { maxLength: index === 0 ? 0 : 3 }),
      optional: fc.boolean(),
      weight: fc.integer({ min: 1, max: 20 }),
      takes: fc.integer({ min: 1, max: 20 }),
      usable: isPlain ? fc.constant(true) : fc.integer({ min: 0, max: 4 }).map((one) => one > 0),
      priority: fc.integer({ min: 0, max: 2 }),
      claim: fc.record({
        agents: fc.integer({ min: 1, max: 2 }),
        cpus: fc.integer({ min: 0, max: 2 }),
        memoryMiB: fc.integer({ min: 0, max: 2 })
      }),
      appears: fc.option(fc.nat(Math.max(0, index - 1)), { nil: undefined, freq: 3 }),
      inner: isPlain ? fc.constant(0) : fc.integer({ min: -4, max: 2 }).map((one) => Math.max(0, one))
    })
    .map(({ appears, before, optional, ...rest }) => ({
      ...rest,
      name: `t${index}`,
      dependsOn: before.map((at) => `t${at}`),
      optional: optional ? before.slice(0, 1).map((at) => `t${at}`) : [],
      appearsIn: index === 0 || appears === undefined ? undefined : `t${appears}`
    }))

const scenarios = (shape: Shape): fc.Arbitrary<Scenario> =>
  fc.record({
    capacity: amounts(2),
    patience: fc.integer({ min: 0, max: 3 }),
    runs: fc.array(
      fc.record({
        limits: amounts(2),
        works: fc
          .integer({ min: 1, max: shape.size })
          .chain((size) => fc.tuple(...Array.from({ length: size }, (_, index) => work(index, shape))))
      }),
      { minLength: 1, maxLength: shape.runs }
    ),
    cancels: shape.isPlain
      ? fc.constant([])
      : fc.array(
          fc.tuple(
            fc.nat(20),
            fc.nat(shape.runs - 1),
            fc.nat(shape.size - 1).map((at) => `t${at}`)
          ),
          {
            maxLength: 3
          }
        )
  })

interface Trace {
  /** In order of their starts. */
  readonly started: ReadonlyArray<string>
  readonly ended: ReadonlyMap<string, Schedule.Outcome>
  readonly skipped: ReadonlyMap<string, string>
  readonly submitted: ReadonlyArray<string>
  readonly readyAt: ReadonlyMap<string, { readonly submitted: number; readonly left: number }>
  /** How many tasks of those that have left had done so when a task started. */
  readonly newerBefore: ReadonlyMap<string, number>
  readonly makespan: number
}

/** Lets a schedule run in a time of its own; with a model, both are told the same and have to say the same. */
const simulate = (scenario: Scenario, model?: ScheduleModel): Trace => {
  const fixed = { capacity: scenario.capacity, fixed: true, patience: scenario.patience }
  const state = Schedule.make(fixed)
  const started: Array<string> = []
  const ended = new Map<string, Schedule.Outcome>()
  const skipped = new Map<string, string>()
  const submitted: Array<string> = []
  const readyAt = new Map<string, { readonly submitted: number; readonly left: number }>()
  const newerBefore = new Map<string, number>()
  const works = new Map<string, Work>()
  const limits = new Map<string, Resources.Resources>()
  const innerOf = new Map<string, readonly [run: string, name: string]>()
  const finished = new Set<string>()
  let agenda: Array<{ readonly at: number; readonly run: string; readonly name: string }> = []
  let now = 0
  let events = 0

  const say = (event: Schedule.Event): void => {
    if (event._tag === "Submitted") {
      assert.strictEqual(Schedule.refusal(state, event.run, event.tasks), undefined)
      for (const task of event.tasks) submitted.push(`${event.run}/${task.name}`)
    }
    const decisions = Schedule.step(state, event)
    const named = (tag: string) =>
      decisions.flatMap((each) => (each._tag === tag && "name" in each ? [`${each.run}/${each.name}`] : []))
    if (model !== undefined) {
      const told = model.step(event, named("Ready"))
      assert.deepStrictEqual(named("Ready").sort(), told.ready)
      assert.deepStrictEqual(named("Skipped").sort(), told.skipped)
      const given = decisions.flatMap((each) =>
        each._tag === "Started" || each._tag === "Returned"
          ? [`${each._tag === "Started" ? "start" : "return"} ${each.run}/${each.name}`]
          : []
      )
      assert.deepStrictEqual(given, told.given)
      assert.deepStrictEqual(state.used, model.used())
      for (const run of state.runs.values()) {
        assert.deepStrictEqual(run.used, model.usedBy(run.id))
        assert.isTrue(Resources.fits(run.limits, Resources.none, run.used))
      }
    }
    assert.isTrue(Resources.fits(Schedule.capacity(state), Resources.none, state.used))
    for (const each of decisions) {
      if (each._tag === "Finished") {
        finished.add(each.run)
        continue
      }
      const id = `${each.run}/${each.name}`
      if (each._tag === "Ready") readyAt.set(id, { submitted: submitted.length, left: started.length + skipped.size })
      if (each._tag === "Skipped") skipped.set(id, each.becauseOf)
      if (each._tag === "Returned") agenda.push({ at: now + works.get(id)!.takes, run: each.run, name: each.name })
      if (each._tag === "Started") {
        const newest = readyAt.get(id)!.submitted
        newerBefore.set(id, started.filter((other) => submitted.indexOf(other) >= newest).length)
        started.push(id)
        if (works.get(id)!.inner === 0) agenda.push({ at: now + works.get(id)!.takes, run: each.run, name: each.name })
      }
    }
    // Decisions first, then what follows from them.
    for (const each of decisions) {
      if (each._tag === "Started") beginInner(each.run, each.name)
      if (each._tag !== "Finished") continue
      const outer = innerOf.get(each.run)
      if (outer === undefined) continue
      say({ _tag: "Closed", run: each.run })
      say({ _tag: "WantsBack", run: outer[0], name: outer[1] })
    }
    events++
    for (const [after, run, name] of scenario.cancels) {
      if (after !== events || !state.runs.get(`r${run}`)?.entries.has(name)) continue
      say({ _tag: "Cancelled", run: `r${run}`, name })
    }
  }
  const submit = (run: string, some: ReadonlyArray<Work>): void => {
    const known = new Set([...(state.runs.get(run)?.entries.keys() ?? []), ...some.map((each) => each.name)])
    const tasks = some.map((each) => ({ ...each, dependsOn: each.dependsOn.filter((name) => known.has(name)) }))
    for (const each of tasks) works.set(`${run}/${each.name}`, each)
    say({ _tag: "Submitted", run, tasks })
  }
  const beginInner = (run: string, name: string): void => {
    const { claim, inner } = works.get(`${run}/${name}`)!
    if (inner === 0) return
    const inside = `${run}/${name}/inner`
    innerOf.set(inside, [run, name])
    limits.set(inside, limits.get(run)!)
    say({ _tag: "GaveBack", run, name })
    say({ _tag: "Opened", run: inside, limits: limits.get(run)! })
    const children = Array.from({ length: inner }, (_, at) => ({
      name: `i${at}`,
      dependsOn: [],
      weight: 1,
      claim,
      takes: 2,
      usable: true,
      appearsIn: undefined,
      inner: 0
    }))
    submit(inside, children)
  }

  scenario.runs.forEach((run, index) => {
    limits.set(`r${index}`, run.limits)
    say({ _tag: "Opened", run: `r${index}`, limits: run.limits })
    submit(
      `r${index}`,
      run.works.filter((each) => each.appearsIn === undefined)
    )
  })
  while (agenda.length > 0) {
    now = Math.min(...agenda.map((each) => each.at))
    const [next] = agenda.filter((each) => each.at === now)
    const { name, run } = next!
    agenda = agenda.filter((each) => each !== next)
    const children = scenario.runs[Number(run.slice(1))]?.works.filter((each) => each.appearsIn === name) ?? []
    if (children.length > 0) submit(run, children)
    const outcome = works.get(`${run}/${name}`)!.usable ? "usable" : "unusable"
    ended.set(`${run}/${name}`, outcome)
    say({ _tag: "Ended", run, name, outcome })
  }
  // Nobody is left waiting: every run has come to its end.
  for (const run of limits.keys()) assert.isTrue(finished.has(run), `${run} has not finished`)
  return { started, ended, skipped, submitted, readyAt, newerBefore, makespan: now }
}

const forAll = (shape: Shape, check: (scenario: Scenario) => void, numRuns = 300) =>
  fc.assert(fc.property(scenarios(shape), check), { numRuns })

describe("a schedule", () => {
  it("does what a model of it does that searches instead of remembering", () =>
    forAll({ runs: 3, size: 8 }, (scenario) => {
      simulate(scenario, new ScheduleModel(scenario.capacity, scenario.patience))
    }))

  it("never gives more than there is, to no run more than its limits, and lets every task come to its end", () =>
    forAll({ runs: 3, size: 20 }, (scenario) => {
      const seen = simulate(scenario)
      for (const id of seen.submitted) assert.notStrictEqual(seen.ended.has(id), seen.skipped.has(id))
    }))

  it("is no longer than Graham's bound: its longest path, and the work of each kind among the tokens that are sure to be in use", () =>
    forAll({ runs: 1, size: 20, isPlain: true }, (scenario) => {
      const { limits, works } = scenario.runs[0]!
      const seen = simulate(scenario)
      const byName = new Map(works.map((each) => [each.name, each]))
      const lengths = new Map<string, number>()
      const pathTo = (each: Work): number => {
        const known = lengths.get(each.name)
        if (known !== undefined) return known
        const before = [...each.dependsOn, ...(each.appearsIn === undefined ? [] : [each.appearsIn])]
        const length = each.takes + Math.max(0, ...before.map((name) => pathTo(byName.get(name)!)))
        lengths.set(each.name, length)
        return length
      }
      const path = Math.max(...works.map(pathTo))
      const most = Resources.min(limits, scenario.capacity)
      const shared = Resources.kinds.map((kind) => {
        const claims = works.map((each) => each.claim![kind])
        const total = works.reduce((sum, each) => sum + each.takes * each.claim![kind], 0)
        return total / (most[kind] - Math.max(...claims) + 1)
      })
      assert.isAtMost(
        seen.makespan,
        shared.reduce((sum, each) => sum + each, path)
      )
    }))

  it("lets no more newer tasks go before a ready one than were waiting when it became ready, and `patience`", () =>
    forAll({ runs: 3, size: 20 }, (scenario) => {
      // Where its own run is the limit, the others go on: that is not what the bound is about.
      const runs = scenario.runs.map(({ works }) => ({
        limits: scenario.capacity,
        works: works.map((each) => ({ ...each, inner: 0 }))
      }))
      const seen = simulate({ ...scenario, runs })
      for (const [id, newer] of seen.newerBefore) {
        const { left, submitted } = seen.readyAt.get(id)!
        assert.isAtMost(newer, submitted - left + scenario.patience)
      }
    }))

  it("keeps the order of the longest remaining path where all tasks are known from the start", () =>
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 1, maxLength: 100 }), (weights) => {
        const { run, tasks } = one(weights.map((weight, at) => ({ name: `t${at}`, dependsOn: [], weight })))
        const expected = tasks
          .map((task, at) => ({ ...task, at }))
          .sort((a, b) => b.weight - a.weight || a.at - b.at)
          .map((task) => task.name)
        assert.deepStrictEqual(run({ agents: 1, cpus: 0, memoryMiB: 0 }), expected)
      })
    ))

  it("starts the more urgent first, and before it what it waits for", () => {
    const tasks = [
      { name: "long", dependsOn: [], weight: 100 },
      { name: "base", dependsOn: [], weight: 1 },
      { name: "urgent", dependsOn: ["base"], weight: 1, priority: 1 }
    ]
    assert.deepStrictEqual(one(tasks).run({ agents: 1, cpus: 0, memoryMiB: 0 }), ["base", "urgent", "long"])
  })

  it("lets a task of low priority have its turn although more urgent ones never cease to appear", () => {
    const patience = 5
    const state = Schedule.make({ capacity: { agents: 1, cpus: 0, memoryMiB: 0 }, fixed: true, patience })
    Schedule.step(state, { _tag: "Opened", run: "r", limits: Resources.oneAgent })
    const urgent = (at: number) => ({ name: `u${at}`, dependsOn: [], weight: 9, priority: 9 })
    const tasks = [urgent(0), { name: "patient", dependsOn: [], weight: 1 }]
    let [working] = startsOf(Schedule.step(state, { _tag: "Submitted", run: "r", tasks }))
    let at = 0
    while (working !== "patient") {
      assert.isBelow(at, 100)
      Schedule.step(state, { _tag: "Submitted", run: "r", tasks: [urgent(++at)] })
      const ended = { _tag: "Ended", run: "r", name: working!, outcome: "usable" } as const
      working = startsOf(Schedule.step(state, ended))[0]
    }
    // Itself and `u0` were waiting when it became ready.
    assert.strictEqual(at, 2 + patience)
  })

  it("keeps what is free for a large claim that was overtaken often enough", () => {
    const patience = 2
    const capacity = { agents: 4, cpus: 0, memoryMiB: 0 }
    const state = Schedule.make({ capacity, fixed: true, patience })
    Schedule.step(state, { _tag: "Opened", run: "r", limits: capacity })
    const small = Array.from({ length: 20 }, (_, at) => ({ name: `s${at}`, dependsOn: [], weight: 1 }))
    const large = { name: "large", dependsOn: ["first"], weight: 50, claim: capacity }
    const first = { name: "first", dependsOn: [], weight: 1 }
    const working = [
      ...startsOf(Schedule.step(state, { _tag: "Submitted", run: "r", tasks: [first, large, ...small] }))
    ]
    const started = [...working]
    while (working.length > 0) {
      const name = working.shift()!
      const more = startsOf(Schedule.step(state, { _tag: "Ended", run: "r", name, outcome: "usable" }))
      working.push(...more)
      started.push(...more)
    }
    assert.strictEqual(started.indexOf("large"), 4 + patience)
    assert.strictEqual(started.length, 22)
  })

  it("shares places evenly between runs, however many tasks one of them has", () => {
    const capacity = { agents: 4, cpus: 0, memoryMiB: 0 }
    const state = Schedule.make({ capacity, fixed: true })
    const many = Array.from({ length: 50 }, (_, at) => ({ name: `t${at}`, dependsOn: [], weight: 100 }))
    const few = Array.from({ length: 4 }, (_, at) => ({ name: `t${at}`, dependsOn: [], weight: 1 }))
    Schedule.step(state, { _tag: "Opened", run: "many", limits: capacity })
    Schedule.step(state, { _tag: "Opened", run: "few", limits: capacity })
    const working = [...startsOf(Schedule.step(state, { _tag: "Submitted", run: "many", tasks: many }))]
    Schedule.step(state, { _tag: "Submitted", run: "few", tasks: few })
    for (const name of working) Schedule.step(state, { _tag: "Ended", run: "many", name, outcome: "usable" })
    assert.strictEqual(state.runs.get("many")!.used.agents, 2)
    assert.strictEqual(state.runs.get("few")!.used.agents, 2)
  })

  it("refuses tasks that are wrong, and says why", () => {
    const state = Schedule.make({ capacity: Resources.oneAgent })
    Schedule.step(state, { _tag: "Opened", run: "r", limits: { agents: 2, cpus: 1, memoryMiB: 0 } })
    Schedule.step(state, { _tag: "Submitted", run: "r", tasks: [{ name: "a", dependsOn: [], weight: 1 }] })
    const why = (...tasks: ReadonlyArray<Schedule.Task>) => Schedule.refusal(state, "r", tasks)
    const task = (name: string, ...dependsOn: ReadonlyArray<string>) => ({ name, dependsOn, weight: 1 })
    assert.strictEqual(why(task("b", "a")), undefined)
    assert.strictEqual(why(task("a")), 'there is already a task "a"')
    assert.strictEqual(why(task("b"), task("b")), "two of the tasks have the same name")
    assert.strictEqual(why(task("b", "c")), '"b" depends on "c", which there is not')
    assert.strictEqual(why(task("b", "c"), task("c", "b")), "tasks depend on each other in a circle")
    assert.strictEqual(
      why({ ...task("b"), claim: { agents: 1, cpus: 2, memoryMiB: 0 } }),
      '"b" claims 2 cpus, and the run may use 1'
    )
    Schedule.step(state, { _tag: "Ended", run: "r", name: "a", outcome: "usable" })
    assert.strictEqual(why(task("b")), 'the run "r" is over')
  })

  it("raises what is shared for a run that may use more, and starts nothing new above it once that run is over", () => {
    const state = Schedule.make({ capacity: { agents: 1, cpus: 0, memoryMiB: 0 } })
    const tasks = ["a", "b", "c"].map((name) => ({ name, dependsOn: [], weight: 1 }))
    for (const [run, agents] of [
      ["large", 3],
      ["other", 2]
    ] as const) {
      Schedule.step(state, { _tag: "Opened", run, limits: { agents, cpus: 0, memoryMiB: 0 } })
    }
    assert.strictEqual(startsOf(Schedule.step(state, { _tag: "Submitted", run: "other", tasks })).length, 2)
    assert.strictEqual(startsOf(Schedule.step(state, { _tag: "Submitted", run: "large", tasks })).length, 1)
    Schedule.step(state, { _tag: "Closed", run: "large" })
    assert.strictEqual(Schedule.capacity(state).agents, 2)
    assert.deepStrictEqual(
      startsOf(Schedule.step(state, { _tag: "Ended", run: "other", name: "a", outcome: "usable" })),
      ["c"]
    )
  })

  it("compares a task with others as often, give or take a logarithm, whether they are 2,000 or 20,000", () => {
    const comparisons = (size: number) => {
      let compared = 0
      const tasks = Array.from({ length: size }, (_, at) => {
        // Stands for a number, and counts each look at it.
        const valueOf = () => {
          compared++
          return (at * 48_271) % 65_537
        }
        const weight = { valueOf } as unknown as number
        return { name: `t${at}`, dependsOn: [], weight }
      })
      assert.strictEqual(one(tasks).run({ agents: 4, cpus: 0, memoryMiB: 0 }).length, size)
      return compared / size
    }
    assert.isAtMost(comparisons(20_000), 2 * comparisons(2000))
  })
})

const startsOf = (decisions: ReadonlyArray<Schedule.Decision>): ReadonlyArray<string> =>
  decisions.flatMap((each) => (each._tag === "Started" ? [each.name] : []))

/** One run that is alone, and whose tasks end in the order of their starts. */
const one = (tasks: ReadonlyArray<Schedule.Task>) => ({
  tasks,
  run: (limits: Resources.Resources): ReadonlyArray<string> => {
    const state = Schedule.make({ capacity: limits })
    Schedule.step(state, { _tag: "Opened", run: "r", limits })
    const order = [...startsOf(Schedule.step(state, { _tag: "Submitted", run: "r", tasks }))]
    for (let at = 0; at < order.length; at++) {
      order.push(...startsOf(Schedule.step(state, { _tag: "Ended", run: "r", name: order[at]!, outcome: "usable" })))
    }
    return order
  }
})
