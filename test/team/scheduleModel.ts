/**
 * The rules of `Schedule` once more, said as plainly as possible: nothing is kept that can be computed, everything is
 * searched for in lists. What the real one does with heaps and counters has to come out the same.
 */
import type { Event, Task } from "../../src/team/Schedule.ts"

const kinds = ["agents", "cpus", "memoryMiB"] as const
type Amount = Readonly<Record<(typeof kinds)[number], number>>

interface Known {
  readonly run: string
  readonly task: Task
  readonly claim: Amount
  /** Of its dependencies, those that had not started when it was submitted: only they are longer for it. */
  readonly behind: ReadonlyArray<string>
  status: "waiting" | "ready" | "working" | "gaveBack" | "returning" | "usable" | "unusable"
  started: boolean
  ready: { readonly at: number; readonly submitted: number } | undefined
  returns: number
  overtaken: number
}

export interface Told {
  readonly ready: ReadonlyArray<string>
  readonly skipped: ReadonlyArray<string>
  /** Starts and returns of tokens, in order. */
  readonly given: ReadonlyArray<string>
}

export class ScheduleModel {
  readonly all: Array<Known> = []
  private readonly limits = new Map<string, Amount>()
  private readonly closed = new Set<string>()
  private readonly capacity: Amount
  private readonly patience: number
  private number = 0

  constructor(capacity: Amount, patience: number) {
    this.capacity = capacity
    this.patience = patience
  }

  /** `order`: in which those that become ready by one event do so, which no rule says. */
  step(event: Event, order: ReadonlyArray<string> = []): Told {
    const before = new Map(this.all.map((each) => [each, each.status]))
    if (event._tag === "Opened") this.limits.set(event.run, lesser(event.limits, this.capacity))
    else if (event._tag === "Closed") this.closed.add(event.run)
    else if (event._tag === "Submitted") this.submit(event.run, event.tasks)
    else {
      const one = this.find(event.run, event.name)
      if (event._tag === "Ended") one.status = event.outcome
      if (event._tag === "Cancelled" && isOpen(one)) one.status = "unusable"
      if (event._tag === "GaveBack") one.status = "gaveBack"
      if (event._tag === "WantsBack") {
        one.status = "returning"
        one.returns = this.number++
      }
    }
    const skipped = this.settle(before)
    const ready = this.live()
      .filter((each) => each.status === "waiting" && this.isFree(each))
      .sort((a, b) => order.indexOf(idOf(a)) - order.indexOf(idOf(b)))
    for (const each of ready) {
      each.status = "ready"
      each.ready = { at: this.number++, submitted: this.all.length }
    }
    return { ready: ready.map(idOf).sort(), skipped: skipped.map(idOf).sort(), given: this.give() }
  }

  isDue(one: Known): boolean {
    return one.ready !== undefined && this.left() >= one.ready.submitted + this.patience
  }

  private submit(run: string, tasks: ReadonlyArray<Task>): void {
    const notStarted = new Set(tasks.map((task) => task.name))
    for (const each of this.all) if (each.run === run && isOpen(each)) notStarted.add(each.task.name)
    for (const task of tasks) {
      this.all.push({
        run,
        task,
        claim: task.claim ?? { agents: 1, cpus: 0, memoryMiB: 0 },
        behind: task.dependsOn.filter((name) => notStarted.has(name)),
        status: "waiting",
        started: false,
        ready: undefined,
        returns: 0,
        overtaken: 0
      })
    }
  }

  /** Skips until nobody is left to skip. */
  private settle(before: ReadonlyMap<Known, string>): ReadonlyArray<Known> {
    const isDead = (each: Known) =>
      each.task.dependsOn.some(
        (name) => !each.task.optional?.includes(name) && this.find(each.run, name).status === "unusable"
      )
    for (let dead = this.live().find((each) => each.status === "waiting" && isDead(each)); dead !== undefined; ) {
      dead.status = "unusable"
      dead = this.live().find((each) => each.status === "waiting" && isDead(each))
    }
    return this.live().filter((each) => each.status === "unusable" && !each.started && before.get(each) !== "unusable")
  }

  private isFree(one: Known): boolean {
    return one.task.dependsOn.every((name) => ["usable", "unusable"].includes(this.find(one.run, name).status))
  }

  private give(): ReadonlyArray<string> {
    const given: Array<string> = []
    for (;;) {
      const returning = this.live()
        .filter((each) => each.status === "returning")
        .sort((a, b) => a.returns - b.returns)[0]
      const next = returning ?? this.choose()
      if (next === undefined || !this.fits(next)) return given
      next.status = "working"
      next.started = true
      given.push(`${returning === undefined ? "start" : "return"} ${idOf(next)}`)
    }
  }

  private choose(): Known | undefined {
    const seen = new Set<string>()
    const heads = this.order(this.live().filter((each) => each.status === "ready")).filter((each) => {
      const kind = `${each.run} ${kinds.map((one) => each.claim[one]).join()}`
      return !seen.has(kind) && seen.add(kind) !== undefined
    })
    const behind: Array<Known> = []
    const keeping = new Set<string>()
    for (const head of heads) {
      if (keeping.has(head.run)) continue
      const isKept = this.isDue(head) || head.overtaken >= this.patience
      if (!this.fitsRun(head)) {
        if (isKept) keeping.add(head.run)
      } else if (this.fits(head)) {
        for (const each of behind) if (each.run === head.run || this.fitsRun(each)) each.overtaken++
        return head
      } else if (isKept) return undefined
      behind.push(head)
    }
    return undefined
  }

  private order(some: ReadonlyArray<Known>): ReadonlyArray<Known> {
    return [...some].sort((a, b) => {
      if (this.isDue(a) && this.isDue(b)) return a.ready!.at - b.ready!.at
      return (
        Number(this.isDue(b)) - Number(this.isDue(a)) ||
        this.priority(b) - this.priority(a) ||
        this.usedBy(a.run).agents - this.usedBy(b.run).agents ||
        this.remaining(b) - this.remaining(a) ||
        this.all.indexOf(a) - this.all.indexOf(b)
      )
    })
  }

  private dependants(one: Known): ReadonlyArray<Known> {
    return this.all.filter((each) => each.run === one.run && each.behind.includes(one.task.name))
  }

  private remaining(one: Known): number {
    return one.task.weight + Math.max(0, ...this.dependants(one).map((each) => this.remaining(each)))
  }

  private priority(one: Known): number {
    return Math.max(one.task.priority ?? 0, ...this.dependants(one).map((each) => this.priority(each)))
  }

  private fits(one: Known): boolean {
    return isWithin(this.capacity, this.used(), one.claim)
  }

  private fitsRun(one: Known): boolean {
    return isWithin(this.limits.get(one.run)!, this.usedBy(one.run), one.claim)
  }

  /** Of what all runs share. */
  used(): Amount {
    return sum(this.live().filter((each) => each.status === "working"))
  }

  /** By a run, which counts those that have given back as well. */
  usedBy(run: string): Amount {
    return sum(
      this.live().filter((each) => each.run === run && ["working", "gaveBack", "returning"].includes(each.status))
    )
  }

  private left(): number {
    return this.all.filter((each) => !isOpen(each) || this.closed.has(each.run)).length
  }

  private live(): ReadonlyArray<Known> {
    return this.all.filter((each) => !this.closed.has(each.run))
  }

  find(run: string, name: string): Known {
    return this.all.find((each) => each.run === run && each.task.name === name)!
  }
}

const idOf = (one: Known): string => `${one.run}/${one.task.name}`

const isOpen = (one: Known): boolean => one.status === "waiting" || one.status === "ready"

const isWithin = (capacity: Amount, used: Amount, claim: Amount): boolean =>
  kinds.every((kind) => used[kind] + claim[kind] <= capacity[kind])

const lesser = (a: Amount, b: Amount): Amount => ({
  agents: Math.min(a.agents, b.agents),
  cpus: Math.min(a.cpus, b.cpus),
  memoryMiB: Math.min(a.memoryMiB, b.memoryMiB)
})

const sum = (some: ReadonlyArray<Known>): Amount => {
  const of = (kind: keyof Amount) => some.reduce((all, each) => all + each.claim[kind], 0)
  return { agents: of("agents"), cpus: of("cpus"), memoryMiB: of("memoryMiB") }
}
