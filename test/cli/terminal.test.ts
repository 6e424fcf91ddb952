import { assert, describe, it } from "@effect/vitest"
import * as Terminal from "../../cli/Terminal.ts"

const streams = (tty: boolean, columns = 20) => {
  const written = { out: "", err: "" }
  const stderr = {
    isTTY: tty,
    columns,
    rows: 10,
    write: (text: string) => {
      written.err += text
    }
  }
  const stdout = {
    isTTY: tty,
    columns,
    write: (text: string) => {
      written.out += text
    }
  }
  return { written, stdout, stderr }
}

/** Back over so many rows, each erased by itself: what clears the screen goes into the scrollback of some terminals. */
const erased = (rows: number) => `\r\u001b[${rows}A${"\u001b[2K\n".repeat(rows)}\u001b[${rows}A`

describe("Terminal", () => {
  it("paints a frame in place, and hides the cursor only while it stands", () => {
    const { stderr, stdout, written } = streams(true)
    const terminal = Terminal.make(stdout, stderr, { TERM: "xterm" })
    terminal.frame(["one", "two"])
    assert.strictEqual(written.err, "\u001b[?25lone\ntwo\n")
    written.err = ""
    terminal.frame(["three"])
    assert.strictEqual(written.err, `${erased(2)}three\n`)
    written.err = ""
    terminal.frame([])
    assert.strictEqual(written.err, `${erased(1)}\u001b[?25h`)
    written.err = ""
    terminal.frame([])
    assert.strictEqual(written.err, "")
  })

  it("writes nothing for a frame that stands already", () => {
    const { stderr, stdout, written } = streams(true)
    const terminal = Terminal.make(stdout, stderr, {})
    terminal.frame(["one", "two"])
    written.err = ""
    terminal.frame(["one", "two"])
    assert.strictEqual(written.err, "")
  })

  it("breaks messages between words only, and leaves long ones whole to be copied", () => {
    const { stderr, stdout, written } = streams(true, 20)
    const terminal = Terminal.make(stdout, stderr, {})
    terminal.tell('found "serach", expected search\n/a/path/that/is/much/longer, see there')
    assert.strictEqual(written.err, 'found "serach",\nexpected search\n/a/path/that/is/much/longer,\nsee there\n')
    const piped = streams(false, 20)
    Terminal.make(piped.stdout, piped.stderr, {}).tell('found "serach", expected search')
    assert.strictEqual(piped.written.err, 'found "serach", expected search\n')
  })

  it("leaves a row free above the frame and one for the cursor", () => {
    for (const [rows, height] of [
      [24, 22],
      [7, 5],
      [2, 3]
    ] as const) {
      const { stderr, stdout } = streams(true)
      assert.strictEqual(Terminal.make(stdout, { ...stderr, rows }, {}).height(), height)
    }
  })

  it("says lines above the frame", () => {
    const { stderr, stdout, written } = streams(true)
    const terminal = Terminal.make(stdout, stderr, {})
    terminal.frame(["frame"])
    written.err = ""
    terminal.say("a word")
    assert.strictEqual(written.err, `${erased(1)}a word\nframe\n`)
  })

  it("goes back over the lines that a narrower window has wrapped", () => {
    const { stderr, stdout, written } = streams(true, 20)
    const terminal = Terminal.make(stdout, stderr, {})
    terminal.frame(["0123456789", "\u001b[2m01234\u001b[0m"])
    written.err = ""
    stderr.columns = 5
    terminal.frame([])
    assert.include(written.err, "\u001b[3A")
  })

  it("paints nothing where there is no terminal, or a dumb one, or a CI's", () => {
    for (const [tty, environment] of [
      [false, {}],
      [true, { TERM: "dumb" }],
      [true, { CI: "true" }]
    ] as const) {
      const { stderr, stdout, written } = streams(tty)
      const terminal = Terminal.make(stdout, stderr, environment)
      assert.isFalse(terminal.live)
      terminal.frame(["frame"])
      assert.strictEqual(written.err, "")
      terminal.say("a word")
      assert.strictEqual(written.err, "a word\n")
    }
  })

  it("has no colour where NO_COLOR is set, but keeps the frame", () => {
    const { stderr, stdout } = streams(true)
    const terminal = Terminal.make(stdout, stderr, { NO_COLOR: "1" })
    assert.isTrue(terminal.live)
    assert.isFalse(terminal.color)
    assert.isFalse(terminal.resultColor)
    assert.isTrue(Terminal.make(stdout, stderr, { NO_COLOR: "" }).color)
  })
})
