/**
 * The reference: what OTP's supervisors do, as plain recursive functions over a tree of processes.
 *
 * Written from the documentation and the observed behaviour of OTP, and held against real Erlang by `npm run test:otp`.
 * It shares nothing with Troupe's supervisor, which is held against it.
 */
import type { Hook, How, Item, Scenario, Seen, Spec, Step, SupervisorSpec } from "./scenario.ts"

interface Process {
  readonly spec: Spec
  readonly parent: Process | undefined
  alive: boolean
  /** Of a supervisor. */
  readonly slots: Array<Slot>
  readonly mailbox: Array<Message>
  restarts: number
}

/** What a supervisor knows of one child specification; in the order of specification. */
interface Slot {
  readonly spec: Spec
  process: Process | "restarting" | undefined
}

type Message =
  | { readonly _tag: "exit"; readonly process: Process; readonly how: How }
  | { readonly _tag: "try again"; readonly id: string }
  | { readonly _tag: "add"; readonly spec: Spec }

class World {
  log: Array<string> = []
  /** The last process of each name. */
  private readonly named = new Map<string, Process>()
  private readonly counts = new Map<string, number>()
  /** The supervisor that the present step is about. */
  private active: Process | undefined

  constructor(private readonly scenario: Scenario) {}

  seen(): Seen {
    const log = this.log
    this.log = []
    return { log, alive: [...this.named].flatMap(([id, { alive }]) => (alive ? [id] : [])).sort() }
  }

  play(step: Step): void {
    const supervisor = this.living(step.supervisor)
    if (supervisor === undefined) return
    if (step._tag === "remove") return this.remove(supervisor, step.id)
    this.active = supervisor
    for (const item of step.items) this.happen(supervisor, item)
    this.settle(supervisor)
    this.active = undefined
  }

  private happen(supervisor: Process, item: Item): void {
    if (item._tag === "add") supervisor.mailbox.push({ _tag: "add", spec: item.spec })
    else this.exit(supervisor, item.id, item.how)
  }

  /** A child ends by itself, in order: a supervisor's children first. */
  private exit(supervisor: Process, id: string, how: How): void {
    const process = this.living(id)
    if (process === undefined || process.parent !== supervisor) return
    this.finish(process, false)
    supervisor.mailbox.push({ _tag: "exit", process, how })
  }

  private remove(supervisor: Process, id: string): void {
    const at = supervisor.slots.findIndex((slot) => slot.spec.id === id)
    const slot = supervisor.slots[at]
    if (slot === undefined) return
    this.terminate(slot)
    supervisor.slots.splice(supervisor.slots.indexOf(slot), 1)
  }

  /** Works through the mailbox; a supervisor that ends is news for its parent. */
  private settle(supervisor: Process): void {
    for (;;) {
      const message = supervisor.mailbox.shift()
      if (message === undefined) return
      if (this.handle(supervisor, message) === "shutdown") {
        this.finish(supervisor, true)
        const { parent } = supervisor
        if (parent === undefined) return
        parent.mailbox.push({ _tag: "exit", process: supervisor, how: "shutdown" })
        return this.settle(parent)
      }
    }
  }

  private handle(supervisor: Process, message: Message): "go on" | "shutdown" {
    switch (message._tag) {
      case "add": {
        if (supervisor.slots.some((slot) => slot.spec.id === message.spec.id)) return "go on"
        const process = this.start(message.spec, supervisor)
        if (process !== undefined) supervisor.slots.push({ spec: message.spec, process })
        return "go on"
      }
      case "try again": {
        const slot = supervisor.slots.find((slot) => slot.spec.id === message.id)
        return slot?.process === "restarting" ? this.restart(supervisor, slot) : "go on"
      }
      case "exit": {
        const slot = supervisor.slots.find((slot) => slot.process === message.process)
        if (slot === undefined) return "go on"
        const { restart } = slot.spec
        if (restart === "permanent" || (restart === "transient" && message.how === "crash")) {
          return this.restart(supervisor, slot)
        }
        this.vacate(supervisor, slot)
        return this.shutsDown(supervisor, slot) ? "shutdown" : "go on"
      }
    }
  }

  private shutsDown(supervisor: Process, ended: Slot): boolean {
    const { autoShutdown } = supervisor.spec as SupervisorSpec
    if (autoShutdown === "never" || !ended.spec.significant) return false
    return (
      autoShutdown === "any" || !supervisor.slots.some((slot) => slot.process !== undefined && slot.spec.significant)
    )
  }

  private restart(supervisor: Process, slot: Slot): "go on" | "shutdown" {
    const { intensity, strategy } = supervisor.spec as SupervisorSpec
    if (++supervisor.restarts > intensity) {
      this.vacate(supervisor, slot)
      return "shutdown"
    }
    slot.process = "restarting"
    const { slots } = supervisor
    const group =
      strategy === "one-for-one" ? [slot] : strategy === "one-for-all" ? [...slots] : slots.slice(slots.indexOf(slot))
    for (const other of [...group].reverse()) if (other !== slot) this.stopSlot(supervisor, other)
    for (const other of group) {
      if (!slots.includes(other)) continue
      const process = this.start(other.spec, supervisor)
      other.process = process ?? "restarting"
      if (process === undefined) {
        supervisor.mailbox.push({ _tag: "try again", id: other.spec.id })
        break
      }
    }
    return "go on"
  }

  private stopSlot(supervisor: Process, slot: Slot): void {
    this.terminate(slot)
    this.vacate(supervisor, slot)
  }

  /** A temporary child leaves no specification behind. */
  private vacate(supervisor: Process, slot: Slot): void {
    slot.process = undefined
    if (slot.spec.restart === "temporary") supervisor.slots.splice(supervisor.slots.indexOf(slot), 1)
  }

  /** Stops what lives, and takes an end that was not handled yet out of the mailbox. */
  private terminate(slot: Slot): void {
    const { process } = slot
    if (process === undefined || process === "restarting") return
    const mailbox = process.parent!.mailbox
    if (process.alive) this.finish(process, true)
    const at = mailbox.findIndex((message) => message._tag === "exit" && message.process === process)
    if (at !== -1) mailbox.splice(at, 1)
    slot.process = undefined
  }

  finish(process: Process, stopped: boolean): void {
    if (process.spec.kind === "worker") {
      this.log.push(`-${process.spec.id}`)
      if (stopped) this.hooks(process.spec.id, "stop", process.parent)
    }
    for (const slot of [...process.slots].reverse()) this.terminate(slot)
    process.mailbox.length = 0
    process.alive = false
  }

  start(spec: Spec, parent: Process | undefined): Process | undefined {
    const process: Process = { spec, parent, alive: true, slots: [], mailbox: [], restarts: 0 }
    if (spec.kind === "worker") {
      const count = this.hooks(spec.id, "start", parent)
      if (this.scenario.failing[spec.id]?.includes(count)) {
        this.log.push(`!${spec.id}`)
        return undefined
      }
      this.log.push(`+${spec.id}`)
      this.named.set(spec.id, process)
      return process
    }
    this.log.push(`+${spec.id}`)
    this.named.set(spec.id, process)
    for (const child of spec.children) {
      const started = this.start(child, process)
      if (started === undefined) {
        this.finish(process, true)
        return undefined
      }
      process.slots.push({ spec: child, process: started })
    }
    return process
  }

  /** Counts a start or stop of a worker, and lets happen what is tied to it. */
  private hooks(worker: string, at: Hook["at"], supervisor: Process | undefined): number {
    const key = `${at} ${worker}`
    const count = (this.counts.get(key) ?? 0) + 1
    this.counts.set(key, count)
    if (supervisor !== undefined && supervisor === this.active) {
      for (const hook of this.scenario.hooks) {
        if (hook.worker === worker && hook.at === at && hook.count === count) {
          this.exit(supervisor, hook.victim, hook.how)
        }
      }
    }
    return count
  }

  private living(id: string): Process | undefined {
    const process = this.named.get(id)
    return process?.alive ? process : undefined
  }
}

/** What is seen at the first rest, after each step, and after the tree was told to end. */
export const outcome = (scenario: Scenario): ReadonlyArray<Seen> => {
  const world = new World(scenario)
  const root = world.start(scenario.tree, undefined)
  const seen = [world.seen()]
  for (const step of scenario.steps) {
    world.play(step)
    seen.push(world.seen())
  }
  if (root?.alive) world.finish(root, true)
  seen.push(world.seen())
  return seen
}
