import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { Rpc } from "@effect/rpc"
import { Effect, Exit, FiberRef, Layer, Logger } from "effect"
import { afterEach, assert, describe, it, vi } from "vitest"
import { type Library, loaded, mismatchIn } from "../../src/actor/internal/effectInternals/layout.ts"

const room = "src/actor/internal/effectInternals"

afterEach(() => {
  vi.doUnmock(`../../${room}/layout.ts`)
  vi.resetModules()
})

describe("The check of Effect's internals", () => {
  it("accepts the Effect that Troupe is built for", () => {
    assert.isUndefined(mismatchIn(loaded))
  })

  /** Another Effect, in which one thing is otherwise. */
  const others: ReadonlyArray<readonly [what: string, other: { readonly [K in keyof Library]?: unknown }]> = [
    ["Effect.sync", { sync: (work: () => unknown) => Effect.suspend(() => Effect.succeed(work())) }],
    ["Effect.suspend", { suspend: (work: () => Effect.Effect<unknown>) => Effect.flatMap(Effect.void, work) }],
    ["Effect.flatMap", { flatMap: () => ({ _op: "OnSuccess" }) }],
    ["Effect.catchAllCause", { catchAllCause: () => ({ _op: "OnFailure" }) }],
    [
      "Effect.matchCauseEffect",
      {
        matchCauseEffect: () => {
          throw new Error("it has been removed")
        }
      }
    ],
    [
      "a fiber",
      {
        // A fiber that keeps its FiberRefs elsewhere.
        withFiberRuntime: (work: (fiber: object) => Effect.Effect<boolean>) =>
          Effect.withFiberRuntime<boolean>((fiber) =>
            work(new Proxy(fiber, { get: (of, key) => (key === "_fiberRefs" ? undefined : Reflect.get(of, key)) }))
          )
      }
    ],
    ["a scope", { makeScope: () => Effect.succeed({ state: { _tag: "Open", finalizers: [] } }) }]
  ]
  for (const [what, other] of others) {
    it(`finds that ${what} is different`, () => {
      assert.strictEqual(mismatchIn({ ...loaded, ...(other as Partial<Library>) }), what)
    })
  }

  it("leaves the fiber that it looks at as it was", () => {
    const refs = Effect.runSync(
      Effect.gen(function* () {
        const ref = FiberRef.unsafeMake(0)
        yield* FiberRef.set(ref, 1)
        mismatchIn(loaded)
        return yield* FiberRef.get(ref)
      })
    )
    assert.strictEqual(refs, 1)
  })
})

describe("With an Effect whose internals are different", () => {
  it("actors go by the public API, and their system logs one warning", async () => {
    vi.resetModules()
    vi.doMock(`../../${room}/layout.ts`, async (original) => ({
      ...(await original<typeof import("../../src/actor/internal/effectInternals/layout.ts")>()),
      trusted: false,
      mismatch: "Effect.sync"
    }))
    const { runSynchronous } = await import("../../src/actor/internal/effectInternals/synchronous.ts")
    const Actor = await import("../../src/actor/Actor.ts")
    const ActorSystem = await import("../../src/actor/ActorSystem.ts")
    const plain = Effect.sync(() => 1)
    assert.strictEqual(runSynchronous(plain), plain, "nothing is run without a fiber")

    const lines: Array<string> = []
    const request = FiberRef.unsafeMake("none")
    const seen: Array<string> = []
    const Desk = Actor.make("Desk", [Rpc.make("Look"), Rpc.make("Own")])
    const layer = Desk.toLayer(
      Effect.gen(function* () {
        yield* Effect.addFinalizer(() => Effect.sync(() => seen.push("closed")))
        return Desk.of({
          Look: () => Effect.map(FiberRef.get(request), (value) => void seen.push(value)),
          Own: () =>
            Effect.map(Effect.zipRight(Effect.yieldNow(), FiberRef.get(request)), (value) => void seen.push(value))
        })
      })
    ).pipe(
      Layer.provideMerge(ActorSystem.layer()),
      Layer.provide(
        Logger.replace(
          Logger.defaultLogger,
          Logger.make(({ message }) => void lines.push(String(message)))
        )
      )
    )
    const exit = await Effect.runPromiseExit(
      Effect.gen(function* () {
        const desk = (yield* Desk.client)("a")
        yield* Effect.locally(desk.ask.Look(), request, "first")
        yield* Effect.locally(desk.ask.Own(), request, "second")
        yield* desk.ask.Look()
        yield* Effect.locally(desk.tell.Own(), request, "third")
        yield* desk.ask.Look()
      }).pipe(Effect.provide(layer))
    )
    assert.deepStrictEqual(exit, Exit.void)
    assert.deepStrictEqual(seen, ["first", "second", "none", "third", "none", "closed"])
    assert.deepStrictEqual(lines, [
      "The installed Effect differs from 3.22 in Effect.sync: actors use its public API only, and messages cost more. Install effect 3.22, or update Troupe."
    ])
  })
})

describe("Effect's internals", () => {
  /** Names that Effect's published types leave out, or that only its own modules may read. */
  const internals =
    /\b(_op|effect_instruction_i\d|_fiberRefs|setFiberRefs|(?<!FiberRef\.)currentRuntimeFlags|yieldWrapGet)\b|effect\/(src|dist|internal)\b|\bas any\b/

  it("are named in one folder only", () => {
    const root = fileURLToPath(new URL("../..", import.meta.url))
    const named = ["src", "layers"].flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
        .filter((file) => file.endsWith(".ts"))
        .map((file) => `${folder}/${file.replaceAll("\\", "/")}`)
        .filter((file) => internals.test(readFileSync(join(root, file), "utf8")))
    )
    assert.isNotEmpty(named)
    assert.deepStrictEqual(
      named.filter((file) => !file.startsWith(`${room}/`)),
      []
    )
  })
})
