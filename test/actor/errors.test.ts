import { assert, describe, it } from "@effect/vitest"
import { Cause, Schema } from "effect"
import {
  ActorCrashed,
  ActorNotFound,
  ActorUnreachable,
  AskError,
  isAskError,
  MessageRefused
} from "../../src/actor/ActorError.ts"

describe("delivery errors", () => {
  it("say why an actor crashed in one line", () => {
    const crashed = new ActorCrashed({
      address: "Desk/a",
      message_tag: "Order",
      cause: Cause.die(new RangeError("no such shelf\nand more"))
    })
    assert.strictEqual(
      crashed.message,
      'Desk/a crashed while it handled Order (RangeError: no such shelf): the whole cause is in "cause".'
    )
  })

  it("have words also for what throws when it is read", () => {
    const unreadable = {
      toString: () => assert.fail("read")
    }
    const getter = Object.defineProperty(new Error("x"), "message", { get: () => assert.fail("read") })
    for (const defect of [Object.create(null), unreadable, getter, new Proxy({}, { get: () => assert.fail("read") })]) {
      const { message } = new ActorCrashed({ address: "A/1", message_tag: "Do", cause: Cause.die(defect) })
      assert.include(message, "a value without words")
    }
  })

  it("stay short through a long chain of actors that crash with each other's crash", () => {
    let crashed = new ActorCrashed({ address: "N/0", message_tag: "Go", cause: Cause.die(new Error("first")) })
    for (let i = 1; i < 1000; i++) {
      crashed = new ActorCrashed({ address: `N/${i}`, message_tag: "Go", cause: Cause.die(crashed) }, true)
    }
    assert.isBelow(crashed.message.length, 200)
    assert.include(crashed.message, "ActorCrashed of N/998")
  })

  it("can be told from a protocol's errors", () => {
    assert.isTrue(isAskError(new ActorNotFound({ address: "A/a", reason: "ended" })))
    assert.isFalse(isAskError(new Error("mine")))
  })

  it("travel, and arrive as themselves", () => {
    const crashed = new ActorCrashed({ address: "Desk/a", message_tag: "Order", cause: Cause.die(new Error("torn")) })
    const refused = new MessageRefused({ address: "Desk/a", message_tag: "Order", reason: "no such message" })
    for (const error of [crashed, refused]) {
      const wire = JSON.parse(JSON.stringify(Schema.encodeSync(AskError)(error)))
      const arrived = Schema.decodeUnknownSync(AskError)(wire)
      assert.strictEqual(arrived.constructor, error.constructor)
      assert.strictEqual(arrived.message, error.message)
    }
  })

  it("say of a lost message what is known of it", () => {
    const lost = { address: "Desk/a", message_tag: "Order", reason: "its runner is gone" }
    assert.include(new ActorUnreachable({ ...lost, handled: "no" }).message, "it was not handled, send it again.")
    assert.include(new ActorUnreachable({ ...lost, handled: "unknown" }).message, "may have been handled or not")
  })
})
