import { assert, describe, it } from "@effect/vitest"
import { Clock, Duration, Effect, Fiber, Option, TestClock } from "effect"
import { elapsed, Hosting, type Services } from "../../src/cluster/internal/hosting.ts"

const hour = 3_600_000

/** The clock around it, whose wall time somebody has set meanwhile. */
const setBy =
  (millis: number) =>
  (clock: Clock.Clock): Clock.Clock => ({
    [Clock.ClockTypeId]: Clock.ClockTypeId,
    unsafeCurrentTimeMillis: () => clock.unsafeCurrentTimeMillis() + millis,
    currentTimeMillis: Effect.map(clock.currentTimeMillis, (now) => now + millis),
    unsafeCurrentTimeNanos: () => clock.unsafeCurrentTimeNanos(),
    currentTimeNanos: clock.currentTimeNanos,
    sleep: (duration) => clock.sleep(duration)
  })

describe("a type whose Layer may still be coming", () => {
  for (const [words, millis] of [
    ["forward", hour],
    ["back", -hour]
  ] as const)
    it.effect(`is waited for as long as the grace says when the system's clock is set ${words} by an hour`, () =>
      Effect.gen(function* () {
        // A type that no Layer provides asks for nothing else.
        const hosting = new Hosting({ registrationGrace: Duration.seconds(10) } as Services, yield* elapsed)
        const clock = setBy(millis)(yield* Effect.clock)
        const asked = yield* Effect.fork(Effect.withClock(hosting.registration("Late"), clock))
        yield* TestClock.adjust("9 seconds")
        assert.isTrue(Option.isNone(yield* Fiber.poll(asked)))
        yield* TestClock.adjust("1 second")
        assert.isTrue(Option.isSome(yield* Fiber.poll(asked)))
      })
    )
})
