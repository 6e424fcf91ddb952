/**
 * Machines that build on each other, supervised as in OTP: who starts again with whom, how often, and when it is enough.
 *
 * Run it: `npx tsx examples/actors/supervision.ts`. In your app the import reads `troupe`.
 */
import { Rpc } from "@effect/rpc"
import { Console, Effect, Layer, Logger, Schema } from "effect"
import { Actor, ActorContext, ActorSystem, Strategy, Supervision } from "../../src/index.ts"

// A printing line: paper, press and folder build on each other, in this order. The job is there until it is done.
const machines = [Rpc.make("Use", { payload: { sheets: Schema.Int }, success: Schema.String })] as const
const Paper = Actor.make("Paper", machines)
const Press = Actor.make("Press", machines)
const Folder = Actor.make("Folder", machines)
const Job = Actor.make("Job", [Rpc.make("Finish")])

const Line = Actor.make("Line", [Rpc.make("Print", { payload: { sheets: Schema.Int }, success: Schema.String })])

const told: Array<string> = []
const machine = (definition: typeof Paper | typeof Press | typeof Folder) => {
  const name = definition.type.toLowerCase()
  return definition.toLayer(
    Effect.gen(function* () {
      told.push(`${name} on`)
      yield* Effect.addFinalizer(() => Effect.sync(() => void told.push(`${name} off`)))
      return {
        // A jam is a defect: nobody expects it, and supervision deals with it.
        Use: ({ sheets }: { readonly sheets: number }) =>
          sheets > 100 ? Effect.dieMessage(`${name} is jammed`) : `${sheets} sheets through the ${name}`
      }
    }),
    { supervision: Supervision.restart({ backoff: { min: "10 millis", max: "1 second" } }) }
  )
}

const JobLive = Job.toLayer(Effect.map(ActorContext.ActorContext, ({ stop }) => Job.of({ Finish: () => stop })))

const LineLive = Line.toLayer(
  Effect.gen(function* () {
    // When the job has ended, so has the line: a significant child. It comes first, so that no jam stops it.
    const job = yield* ActorSystem.spawn(Job, "only", { restart: "temporary", significant: true })
    yield* ActorSystem.spawn(Paper, "main", { restart: "permanent" })
    const press = yield* ActorSystem.spawn(Press, "main", { restart: "permanent" })
    yield* ActorSystem.spawn(Folder, "main", { restart: "permanent" })
    return Line.of({
      Print: Effect.fnUntraced(function* ({ sheets }) {
        // What the press answers is passed on; if it crashes, the line itself goes on and says so.
        const printed = yield* Effect.match(press.ask.Use({ sheets }), {
          onSuccess: (text) => text,
          onFailure: (error) => `no print: ${error._tag}`
        })
        if (sheets === 0) yield* Effect.orDie(job.tell.Finish())
        return printed
      })
    })
  }),
  // If one stops, so do those after it. More than 5 jams in a minute, of all machines together, are too many.
  { children: Strategy.restForOne({ intensity: 5, period: "1 minute", autoShutdown: "any" }) }
)

const say = Effect.suspend(() => Console.log(told.splice(0).join(", ")))

const program = Effect.gen(function* () {
  const line = (yield* Line.client)("1")
  yield* Console.log(yield* line.ask.Print({ sheets: 20 }))
  yield* say
  yield* Console.log(yield* line.ask.Print({ sheets: 500 }))
  // Waits in the mailbox of the press until that is on again.
  yield* Console.log(yield* line.ask.Print({ sheets: 30 }))
  yield* say
  const ended = yield* Effect.fork(ActorSystem.watch(line))
  yield* Effect.yieldNow()
  yield* line.ask.Print({ sheets: 0 })
  yield* Console.log(`the line has ${(yield* ended)._tag}`)
  yield* say
})

const machinesLive = Layer.mergeAll(machine(Paper), machine(Press), machine(Folder), JobLive)
const live = LineLive.pipe(Layer.provideMerge(machinesLive), Layer.provideMerge(ActorSystem.layer()))
// Crashes are logged; here they are part of the show.
Effect.runPromise(program.pipe(Effect.provide(live), Effect.provide(Logger.remove(Logger.defaultLogger))))
