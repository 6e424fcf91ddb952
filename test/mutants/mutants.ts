/**
 * Mistakes that the tests must find: each is one change of the runtime's source, and the tests that are to fail on it.
 *
 * A search text must stand in its file exactly once. Where a mistake has become impossible, take it out and put another in;
 * where only the text has moved, give the new text.
 */

export interface Mutant {
  /** What is wrong with it, as a bug report would say it. */
  readonly name: string
  readonly file: string
  readonly search: string
  readonly replace: string
  /** Test files, of which at least one must fail. */
  readonly tests: ReadonlyArray<string>
}

const cell = "src/actor/internal/cell.ts"
const inbox = "src/actor/internal/inbox.ts"
const messageLoop = "src/actor/internal/messageLoop.ts"
const supervisor = "src/actor/internal/supervisor.ts"
const synchronous = "src/actor/internal/effectInternals/synchronous.ts"

const mailbox = "test/actor/properties/mailbox.test.ts"
const asking = "test/actor/properties/asking.test.ts"
const waits = "test/actor/properties/waits.test.ts"
const lives = "test/actor/properties/lives.test.ts"
const family = "test/actor/properties/family.test.ts"
const residents = "test/actor/properties/residents.test.ts"
const known = "test/actor/knownFailures.test.ts"

export const mutants: ReadonlyArray<Mutant> = [
  {
    name: "control lost when full: the end of a watched actor is not told to a watcher whose mailbox is full",
    file: inbox,
    search: "if (refusal === undefined) this.accept(rpc, payload, attachment)\n    return refusal",
    replace:
      "if (refusal === undefined && this.ring.size < this.capacity) this.accept(rpc, payload, attachment)\n    return refusal",
    tests: [known]
  },
  {
    name: "settled twice: a handler that was given up on counts again when it comes back",
    file: messageLoop,
    search: "if (!incarnation.linked?.delete(fiber)) return",
    replace: "incarnation.linked?.delete(fiber)",
    tests: ["test/actor/settlement.test.ts", "test/actor/stopping.test.ts"]
  },
  {
    name: "watch after death missed: who watches an actor that was given up waits for ever",
    file: cell,
    search: "if (this.state === State.ended || (this.state === State.failed && this.cause !== undefined)) {",
    replace: "if (this.state === State.ended) {",
    tests: [lives, "test/actor/life.test.ts"]
  },
  {
    name: "window off by one: one restart more than allowed",
    file: "src/actor/internal/restartWindow.ts",
    search: "if (this.times.length >= this.intensity) return false",
    replace: "if (this.times.length > this.intensity) return false",
    tests: [family, lives, "test/actor/restarts.test.ts"]
  },
  {
    name: "stop in start order: children end first spawned first",
    file: supervisor,
    search: "for (const child of [...this.children.values()].reverse()) {\n      if (this.isIn(child)) yield",
    replace: "for (const child of [...this.children.values()]) {\n      if (this.isIn(child)) yield",
    tests: [family, "test/actor/stopping.test.ts"]
  },
  {
    name: "withdrawn message handled: an ask whose asker has left is begun all the same",
    file: messageLoop,
    search: "if (attachment.withdrawn()) {\n        this.attachment = undefined",
    replace: "if (false as boolean) {\n        this.attachment = undefined",
    tests: [asking, mailbox]
  },
  {
    name: "deadline not inherited: an ask from inside a handler may outlast the one that the handler answers",
    file: inbox,
    search: "const inherited = sender === undefined ? Number.POSITIVE_INFINITY : sender.deadline()",
    replace: "const inherited = Number.POSITIVE_INFINITY as number",
    tests: [asking]
  },
  {
    name: "late reply delivered: the handler of an ask that has timed out goes on although it ends with its asker",
    file: "src/actor/internal/attachment.ts",
    search: "this.fail(Cause.fail(error))\n    this.interruptHandler?.()",
    replace: "this.fail(Cause.fail(error))",
    tests: [asking]
  },
  {
    name: "lane fairness removed: a low message waits for as long as there are others",
    file: "src/actor/internal/laneRing.ts",
    search: "low && this.lowPassed >= lowPatience",
    replace: "low && this.lowPassed >= Number.POSITIVE_INFINITY",
    tests: ["test/actor/lanes.test.ts"]
  },
  {
    name: "normal messages wait for as long as there are high ones",
    file: "src/actor/internal/laneRing.ts",
    search: "normal && this.normalPassed >= normalPatience",
    replace: "normal && this.normalPassed >= Number.POSITIVE_INFINITY",
    tests: [mailbox]
  },
  {
    name: "restart keeps state: a new incarnation goes on with the handlers of the one before",
    file: cell,
    search: "const given = this.protocol.tags.map((tag) => handlers[tag] as Handler)",
    replace:
      "const before = this as { kept?: ReadonlyArray<Handler> }\n    before.kept ??= this.protocol.tags.map((tag) => handlers[tag] as Handler)\n    const given = before.kept",
    tests: [lives]
  },
  {
    name: "dead letter not recorded: what a dropping mailbox sheds leaves no trace",
    file: inbox,
    search: 'this.system.deadLetters.record(this.address, this.tagOf(rpc), "mailbox full", payload)',
    replace: "",
    tests: [mailbox]
  },
  {
    name: "back-pressure ignored: a tell gets into a full mailbox",
    file: inbox,
    search: "this.waiting === undefined &&\n      this.ring.size < this.capacity &&",
    replace: "this.waiting === undefined &&",
    tests: [mailbox]
  },
  {
    name: "cycle not refused: actors that ask each other in a circle wait for ever",
    file: "src/actor/internal/waitGraph.ts",
    search: "return reaches(to) ? ",
    replace: "return reaches(to) && (false as boolean) ? ",
    tests: [waits, "test/actor/waiting.test.ts"]
  },
  {
    name: "circle through a concurrent handler not seen",
    file: messageLoop,
    search: "if (attachment instanceof Ask || attachment instanceof ReceiptSlip) attachment.target = node",
    replace: "",
    tests: [waits]
  },
  {
    name: "replayed without limit: an idempotent message that crashes its actor is delivered again and again",
    file: messageLoop,
    search: "if (++attachment.crashes < Delivery.maxDeliveries) {",
    replace: "if (++attachment.crashes < 20) {",
    tests: [known]
  },
  {
    name: "message thrown away that came while the worker was preempted on its way to its rest",
    file: messageLoop,
    search: "if (this.ring.size === 0) this.ring.release()",
    replace: "this.ring.release()",
    tests: [mailbox]
  },
  {
    name: "sender forgotten that was preempted between finding the mailbox full and waiting for room",
    file: inbox,
    search: "if (this.refusal() !== undefined || this.hasRoom()) {",
    replace: "if (false as boolean) {",
    tests: [mailbox]
  },
  {
    name: "failure escapes: what a synchronous Effect leaves to its fiber forgets who deals with failures",
    file: synchronous,
    search: "return Effect.catchAllCause(step, frame.effect_instruction_i1)",
    replace: "return step",
    tests: ["test/actor/properties/synchronous.test.ts"]
  },
  {
    name: "done twice: a generator that goes on in its fiber takes its last step again",
    file: synchronous,
    search: "this.begun = true",
    replace: "this.begun = this.steps === undefined",
    tests: ["test/actor/properties/synchronous.test.ts"]
  },
  {
    name: "fiber taken back with what it forked: what a handler left running ends when its actor is idle",
    file: "src/actor/internal/worker.ts",
    search: "if (children.length > 0 || this.retired) return",
    replace: "if (this.retired) return",
    tests: ["test/actor/idleWorkers.test.ts"]
  },
  {
    name: "messages put back from the stash are left in the mailbox where the asker was answered at once",
    file: cell,
    search:
      "// The handler may run in its asker's own turn, after which nobody looks at the mailbox.\n    this.scheduleIfMail()",
    replace: "",
    tests: ["test/actor/stash.test.ts"]
  },
  {
    name: "message lost on the way: what comes while an idle actor is passivated is not handled",
    file: cell,
    search: "if (this.ring.size > 0) return this.activate()",
    replace: "",
    tests: [residents]
  },
  {
    name: "more residents than allowed",
    file: "src/actor/internal/residents.ts",
    search: "if (this.count < this.limit && this.waiting.size === 0) return this.begin(root)",
    replace: "if (this.count <= this.limit && this.waiting.size === 0) return this.begin(root)",
    tests: [residents]
  },
  {
    name: "group restart forgets the rest: rest-for-one starts the crashed child alone",
    file: supervisor,
    search: "all.slice(all.indexOf(child))",
    replace: "[child]",
    tests: ["test/actor/strategy.test.ts", "test/actor/supervisorModel.test.ts"]
  },
  {
    name: "temporary child comes back with its group",
    file: supervisor,
    search: 'if (child.restart === "temporary") {',
    replace: "if (false as boolean) {",
    tests: ["test/actor/strategy.test.ts", "test/actor/supervisorModel.test.ts"]
  }
]
