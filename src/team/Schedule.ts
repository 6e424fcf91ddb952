/**
 * Who works next, as plain data: events go in, decisions come out.
 *
 * Nothing here knows Effect, a clock or chance: the same events give the same decisions, so that the rules can be tested
 * against a model and measured without an agent. `Scheduler` beside it carries the decisions out. The state is changed in
 * place, because a copy per event would make 5,000 tasks quadratic; it belongs to whoever made it.
 *
 * The rules, for all runs of a process together:
 *
 * - A task is ready when all it depends on has ended usably, or is optional to it. It starts when its claim is free within
 *   the limits of its run and within the capacity that all runs share. Neither is ever exceeded by a start.
 * - Ready tasks go by priority, a task having at least that of whoever waits for it; of equals, the run with fewer agents
 *   at work goes first; within a run, the longest remaining path; of equals, the one submitted first.
 * - What does not fit is overtaken by what does, at most `patience` times; then what is free is kept for it.
 * - Nothing starves. Let U tasks be submitted and not started at the moment when a task becomes ready. Once U + `patience`
 *   tasks have started or been dropped since, it is due: due tasks go first, the one that became ready first before the
 *   others, and what is free is kept for them. So at most U + `patience` tasks that were submitted later start before it,
 *   and then none of its run, and none at all while it lacks only what all runs share. Proof: the number of tasks that had
 *   left when it becomes due is `submitted + patience` of the moment when it became ready, a number that never falls from
 *   one ready task to the next; so whoever is due ahead of it became ready, and so was submitted, before it. A run whose
 *   tasks are all submitted at once has no tasks to that many starts: its order is that of its paths alone.
 * - A task that waits for others, such as an agent that runs a team, gives its tokens back meanwhile and is given them
 *   again before anybody else. Hence no deadlock: who waits for tokens of the process holds none of them.
 *
 * While a task waits, some kind of token has no room for a waiting claim. With capacity C, greatest claim m and work W
 * (time × claim) of each kind, a run alone therefore takes at most the length of its longest path plus the sum over the
 * kinds of W ÷ (C − m + 1): Graham's bound of list scheduling, for several kinds.
 *
 * @since 0.1.0
 */
import type * as Graph from "./Graph.ts"
import { ReadyTasks } from "./ReadyTasks.ts"
import * as Resources from "./Resources.ts"

/** One piece of work. @category models */
export interface Task extends Graph.Node {
  /** How long it is expected to take, in any unit; only the comparison counts. */
  readonly weight: number
  /** Those of `dependsOn` that it waits for, and goes on without where they are unusable or skipped. Default none. */
  readonly optional?: ReadonlyArray<string> | undefined
  /** The higher, the sooner. Default `0`. */
  readonly priority?: number | undefined
  /** What it takes up while it works. Default `Resources.oneAgent`. */
  readonly claim?: Resources.Resources | undefined
}

/** Whether those who wait for a task may go on. @category models */
export type Outcome = "usable" | "unusable"

/** What has happened. @category models */
export type Event =
  | { readonly _tag: "Opened"; readonly run: string; readonly limits: Resources.Resources }
  /** Tasks that appear; they may depend on each other and on earlier ones of the run, ended or not. See `refusal`. */
  | { readonly _tag: "Submitted"; readonly run: string; readonly tasks: ReadonlyArray<Task> }
  | { readonly _tag: "Ended"; readonly run: string; readonly name: string; readonly outcome: Outcome }
  /** What has not started never will. One at work is left to whoever does the work. */
  | { readonly _tag: "Cancelled"; readonly run: string; readonly name: string }
  /** It waits for others, and gives its tokens back. */
  | { readonly _tag: "GaveBack"; readonly run: string; readonly name: string }
  /** It wants them again: `Returned` is the answer. */
  | { readonly _tag: "WantsBack"; readonly run: string; readonly name: string }
  /** Everything of the run is over, also what is at work. */
  | { readonly _tag: "Closed"; readonly run: string }

/** What follows from an event, in the order in which it is to be done. @category models */
export type Decision =
  /** Its last dependency has ended. */
  | { readonly _tag: "Ready"; readonly run: string; readonly name: string }
  | { readonly _tag: "Started"; readonly run: string; readonly name: string }
  /** It will never start. `becauseOf`: the task whose outcome was unusable; itself where it was cancelled. */
  | { readonly _tag: "Skipped"; readonly run: string; readonly name: string; readonly becauseOf: string }
  /** Its tokens are its own again. */
  | { readonly _tag: "Returned"; readonly run: string; readonly name: string }
  /** Every task of the run has ended or been skipped; it takes no more. */
  | { readonly _tag: "Finished"; readonly run: string }

/** How often what does not fit is overtaken, and how many starts a ready task grants newer ones. @category models */
export const defaultPatience = 16

/** @category models */
export interface Options {
  /** What all runs share; a run that may use more by its own limits raises it while it lasts, unless `fixed`. */
  readonly capacity: Resources.Resources
  /** Whether `capacity` holds whatever the limits of a run say, which are then cut to it. Default `false`. */
  readonly fixed?: boolean | undefined
  /** A whole number from 0. Default `defaultPatience`. */
  readonly patience?: number | undefined
}

/** The state of all runs. `make` gives one; only `step` changes it. @category models */
export interface State {
  readonly options: Options
  readonly patience: number
  readonly runs: Map<string, Run>
  /** Those that want their tokens back, the longest waiting first. */
  readonly returning: Set<Entry>
  used: Resources.Resources
  /** Tasks submitted so far. */
  submitted: number
  /** Of these, those that have started or been dropped. */
  left: number
  /** Tasks that have become ready so far. */
  readied: number
}

/** One run in it. @category models */
export interface Run {
  readonly id: string
  readonly limits: Resources.Resources
  readonly entries: Map<string, Entry>
  readonly ready: ReadyTasks<Entry>
  /** What its tasks at work count for, also those that have given their tokens back. */
  used: Resources.Resources
  unsettled: number
}

/** One task in it. @category models */
export interface Entry {
  readonly task: Task
  readonly run: Run
  readonly claim: Resources.Resources
  /** Order of submission, over all runs. */
  readonly index: number
  readonly optional: ReadonlySet<string>
  readonly dependencies: ReadonlyArray<Entry>
  readonly dependants: Array<Entry>
  status: "waiting" | "ready" | "working" | "gaveBack" | "returning" | Outcome
  /** Dependencies that have not ended. */
  open: number
  /** The length of the longest path that begins with it. */
  remaining: number
  /** Its own, or that of somebody who waits for it. */
  priority: number
  /** It is due once this many tasks have left. */
  dueAt: number
  /** Order of becoming ready, over all runs. */
  readyNumber: number
  /** How often a task went before it because it did not fit. */
  overtaken: number
}

/** No runs yet. @category constructors */
export const make = (options: Options): State => ({
  options,
  patience: options.patience ?? defaultPatience,
  runs: new Map(),
  returning: new Set(),
  used: Resources.none,
  submitted: 0,
  left: 0,
  readied: 0
})

/** What all runs together may use now. @category combinators */
export const capacity = ({ options, runs }: State): Resources.Resources => {
  if (options.fixed === true) return options.capacity
  let most = options.capacity
  for (const run of runs.values()) most = Resources.max(most, run.limits)
  return most
}

/** Why `Submitted` must not be said with these tasks, if so. @category combinators */
export const refusal = (state: State, run: string, tasks: ReadonlyArray<Task>): string | undefined => {
  const known = state.runs.get(run)
  if (known === undefined || (known.unsettled === 0 && known.entries.size > 0)) return `the run "${run}" is over`
  const batch = new Map(tasks.map((task) => [task.name, task]))
  if (batch.size < tasks.length) return "two of the tasks have the same name"
  for (const { claim = Resources.oneAgent, dependsOn, name } of tasks) {
    if (known.entries.has(name)) return `there is already a task "${name}"`
    const missing = dependsOn.find((each) => !batch.has(each) && !known.entries.has(each))
    if (missing !== undefined) return `"${name}" depends on "${missing}", which there is not`
    const kind = Resources.exceeded(known.limits, claim)
    if (kind !== undefined) return `"${name}" claims ${claim[kind]} ${kind}, and the run may use ${known.limits[kind]}`
  }
  return sorted(tasks).length < tasks.length ? "tasks depend on each other in a circle" : undefined
}

/** Takes note of an event and says what follows. @category combinators */
export const step = (state: State, event: Event): ReadonlyArray<Decision> => {
  const decisions: Array<Decision> = []
  if (event._tag === "Opened") {
    const { limits, run } = event
    const own = state.options.fixed === true ? Resources.min(limits, state.options.capacity) : limits
    const ready = new ReadyTasks<Entry>(state)
    state.runs.set(run, { id: run, limits: own, entries: new Map(), ready, used: Resources.none, unsettled: 0 })
    return decisions
  }
  const run = state.runs.get(event.run)
  // Of a run that is over nothing matters any more.
  if (run === undefined) return decisions
  if (event._tag === "Submitted") {
    submit(state, run, event.tasks, decisions)
    finishIfDone(run, decisions)
  } else if (event._tag === "Closed") close(state, run)
  else {
    const entry = run.entries.get(event.name)
    if (entry !== undefined) happened(state, entry, event, decisions)
  }
  allot(state, decisions)
  return decisions
}

const happened = (
  state: State,
  entry: Entry,
  event: Exclude<Event, { readonly _tag: "Opened" | "Submitted" | "Closed" }>,
  decisions: Array<Decision>
): void => {
  const { run, status } = entry
  switch (event._tag) {
    case "Ended":
      if (status !== "working" && status !== "gaveBack" && status !== "returning") return
      release(state, entry)
      run.used = Resources.minus(run.used, entry.claim)
      settle(state, entry, event.outcome, decisions)
      return finishIfDone(run, decisions)
    case "Cancelled":
      if (status !== "waiting" && status !== "ready") return
      state.left++
      decisions.push({ _tag: "Skipped", run: run.id, name: entry.task.name, becauseOf: entry.task.name })
      settle(state, entry, "unusable", decisions)
      return finishIfDone(run, decisions)
    case "GaveBack":
      if (status !== "working" && status !== "returning") return
      release(state, entry)
      entry.status = "gaveBack"
      return
    case "WantsBack":
      if (status !== "gaveBack") return
      entry.status = "returning"
      state.returning.add(entry)
  }
}

/** Puts what a task holds of the shared tokens back. */
const release = (state: State, entry: Entry): void => {
  if (entry.status === "working") state.used = Resources.minus(state.used, entry.claim)
  state.returning.delete(entry)
}

const finishIfDone = (run: Run, decisions: Array<Decision>): void => {
  if (run.unsettled === 0) decisions.push({ _tag: "Finished", run: run.id })
}

const close = (state: State, run: Run): void => {
  for (const entry of run.entries.values()) {
    if (entry.status === "waiting" || entry.status === "ready") state.left++
    release(state, entry)
  }
  state.runs.delete(run.id)
}

const submit = (state: State, run: Run, tasks: ReadonlyArray<Task>, decisions: Array<Decision>): void => {
  const added: Array<Entry> = []
  for (const task of sorted(tasks)) {
    // `refusal` has seen to it that each is there.
    const dependencies = [...new Set(task.dependsOn)].map((name) => run.entries.get(name)!)
    const entry: Entry = {
      task,
      run,
      claim: task.claim ?? Resources.oneAgent,
      index: 0,
      optional: new Set(task.optional),
      dependencies,
      dependants: [],
      status: "waiting",
      open: dependencies.length,
      remaining: task.weight,
      priority: task.priority ?? 0,
      dueAt: 0,
      readyNumber: 0,
      overtaken: 0
    }
    run.entries.set(task.name, entry)
    for (const each of dependencies) each.dependants.push(entry)
    added.push(entry)
  }
  // The order of definition decides between equals.
  const places = new Map(tasks.map((task, at) => [task.name, state.submitted + at]))
  for (const entry of added) (entry as { index: number }).index = places.get(entry.task.name)!
  state.submitted += tasks.length
  run.unsettled += tasks.length
  const batch = new Set(added)
  for (const entry of added.toReversed()) raise(entry, batch)
  added.sort((a, b) => b.priority - a.priority || b.remaining - a.remaining || a.index - b.index)
  for (const entry of added) {
    const { dependencies, optional } = entry
    const dead = dependencies.find((each) => each.status === "unusable" && !optional.has(each.task.name))
    if (dead !== undefined) {
      if (entry.status === "waiting") drop(state, entry, dead.task.name, decisions)
      continue
    }
    entry.open -= dependencies.filter((each) => each.status === "usable" || each.status === "unusable").length
    if (entry.open === 0) makeReady(state, entry, decisions)
  }
}

/**
 * An entry makes longer, or more urgent, those that it waits for. Those of its own batch pass it on in their turn, because
 * the batch comes from its end; else many tasks behind one would be quadratic.
 */
const raise = (entry: Entry, batch: ReadonlySet<Entry>): void => {
  const raised = [entry]
  for (let next = raised.pop(); next !== undefined; next = raised.pop()) {
    for (const each of next.dependencies) {
      if (each.status !== "waiting" && each.status !== "ready") continue
      const remaining = each.task.weight + next.remaining
      if (remaining <= each.remaining && next.priority <= each.priority) continue
      each.remaining = Math.max(each.remaining, remaining)
      each.priority = Math.max(each.priority, next.priority)
      if (each.status === "ready") each.run.ready.add(each)
      if (!batch.has(each)) raised.push(each)
    }
  }
}

const makeReady = (state: State, entry: Entry, decisions: Array<Decision>): void => {
  entry.status = "ready"
  entry.dueAt = state.submitted + state.patience
  entry.readyNumber = state.readied++
  entry.run.ready.add(entry)
  decisions.push({ _tag: "Ready", run: entry.run.id, name: entry.task.name })
}

/** It has ended: those who waited for it become ready or are skipped, nearest first. */
const settle = (state: State, entry: Entry, outcome: Outcome, decisions: Array<Decision>): void => {
  entry.status = outcome
  entry.run.unsettled--
  const freed: Array<Entry> = []
  const ended = [entry]
  for (let at = 0; at < ended.length; at++) {
    const { status, task } = ended[at]!
    for (const dependant of ended[at]!.dependants) {
      if (dependant.status !== "waiting") continue
      if (status === "usable" || dependant.optional.has(task.name)) {
        if (--dependant.open === 0) freed.push(dependant)
      } else {
        drop(state, dependant, entry.task.name, decisions)
        ended.push(dependant)
      }
    }
  }
  for (const each of freed) makeReady(state, each, decisions)
}

const drop = (state: State, entry: Entry, becauseOf: string, decisions: Array<Decision>): void => {
  entry.status = "unusable"
  entry.run.unsettled--
  state.left++
  decisions.push({ _tag: "Skipped", run: entry.run.id, name: entry.task.name, becauseOf })
}

/** Gives out what is free. */
const allot = (state: State, decisions: Array<Decision>): void => {
  const most = capacity(state)
  for (const entry of state.returning) {
    // In order, and before all others: they have begun, and hold nothing.
    if (!Resources.fits(most, state.used, entry.claim)) return
    state.returning.delete(entry)
    state.used = Resources.plus(state.used, entry.claim)
    entry.status = "working"
    decisions.push({ _tag: "Returned", run: entry.run.id, name: entry.task.name })
  }
  for (let next = choose(state, most); next !== undefined; next = choose(state, most)) {
    const { claim, run } = next
    next.status = "working"
    state.left++
    state.used = Resources.plus(state.used, claim)
    run.used = Resources.plus(run.used, claim)
    decisions.push({ _tag: "Started", run: run.id, name: next.task.name })
  }
}

/** The first in order that fits, unless what is free is kept for one before it. */
const choose = (state: State, most: Resources.Resources): Entry | undefined => {
  const heads: Array<Entry> = []
  for (const run of state.runs.values()) run.ready.heads(heads)
  if (heads.length > 1) heads.sort((a, b) => (isBefore(state, a, b) ? -1 : 1))
  const behind: Array<Entry> = []
  const keeping = new Set<Run>()
  for (const head of heads) {
    const { claim, run } = head
    if (keeping.has(run)) continue
    const isKept = isDue(state, head) || head.overtaken >= state.patience
    if (!Resources.fits(run.limits, run.used, claim)) {
      // The limits of its run are no matter of the other runs.
      if (isKept) keeping.add(run)
      behind.push(head)
    } else if (Resources.fits(most, state.used, claim)) {
      for (const each of behind) {
        if (each.run === run || Resources.fits(each.run.limits, each.run.used, each.claim)) each.overtaken++
      }
      return head
    } else if (isKept) return undefined
    else behind.push(head)
  }
  return undefined
}

const isDue = (state: State, entry: Entry): boolean => state.left >= entry.dueAt

const isBefore = (state: State, a: Entry, b: Entry): boolean => {
  const isDueA = isDue(state, a)
  if (isDueA !== isDue(state, b)) return isDueA
  if (isDueA) return a.readyNumber < b.readyNumber
  if (a.priority !== b.priority) return a.priority > b.priority
  if (a.run.used.agents !== b.run.used.agents) return a.run.used.agents < b.run.used.agents
  if (a.remaining !== b.remaining) return a.remaining > b.remaining
  return a.index < b.index
}

/** Each after those of them that it depends on, otherwise as they come. What is in a circle is left out. */
const sorted = (tasks: ReadonlyArray<Task>): ReadonlyArray<Task> => {
  const batch = new Map(tasks.map((task) => [task.name, { task, open: 0, after: [] as Array<string> }]))
  for (const each of batch.values()) {
    for (const name of new Set(each.task.dependsOn)) {
      const before = batch.get(name)
      if (before === undefined) continue
      before.after.push(each.task.name)
      each.open++
    }
  }
  const order = [...batch.values()].filter((each) => each.open === 0)
  for (let at = 0; at < order.length; at++) {
    for (const name of order[at]!.after) {
      const next = batch.get(name)!
      if (--next.open === 0) order.push(next)
    }
  }
  return order.map((each) => each.task)
}
