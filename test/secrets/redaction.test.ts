import { assert, describe, it } from "vitest"
import * as Redaction from "../../src/secrets/Redaction.ts"

const secret = 'sk-can/ary+"9\\f=3kq & éX7yy77zz88QQ'
const redact = Redaction.make([secret, "//u:p@", "//user:hunter2@"])

describe("Redaction", () => {
  it("finds a secret in every form in which text may hold it", () => {
    const twice = JSON.stringify({ a: JSON.stringify({ b: secret }) })
    const held = [
      secret,
      encodeURIComponent(secret),
      encodeURIComponent(secret).toLowerCase(),
      encodeURIComponent(encodeURIComponent(secret)),
      new URLSearchParams({ secret }).toString(),
      JSON.stringify(secret),
      twice,
      Buffer.from(secret).toString("base64"),
      ...["a", "ab", "abc"].flatMap((before) => {
        const bytes = Buffer.from(`${before}:${secret}xx`)
        return [bytes.toString("base64"), bytes.toString("base64url"), encodeURIComponent(bytes.toString("base64"))]
      }),
      `${secret.slice(0, 25)}…`
    ]
    for (const text of held) {
      assert.include(redact(`before ${text} after`), Redaction.mark)
      assert.notInclude(redact(text), text.slice(8, 20), text)
    }
    assert.deepStrictEqual(JSON.parse(redact(twice)), { a: JSON.stringify({ b: Redaction.mark }) })
  })

  it("does not fail to start with a long secret, and finds one of many lines in other layouts and line by line", () => {
    const line = (at: number) =>
      Buffer.from(`${at} ${"line of a key ".repeat(4)}`)
        .toString("base64")
        .slice(0, 64)
    const lines = [1, 2, 3].map(line)
    const pem = `-----BEGIN PRIVATE KEY-----\n${lines.join("\n")}\n-----END PRIVATE KEY-----\n`
    const long = Buffer.from("Zk3 ".repeat(9000)).toString("base64")
    const known = Redaction.make(
      Redaction.ofEnvironment({ TLS_KEY: pem, CLOUD_CREDENTIALS: JSON.stringify({ k: pem }), LONG_TOKEN: long })
    )
    const layouts = [
      pem,
      pem.replaceAll("\n", "\r\n"),
      pem.replaceAll("\n", "\n    "),
      pem.replaceAll("\n", " "),
      lines[1]!
    ]
    for (const text of [...layouts, JSON.stringify({ pem })]) {
      for (const part of lines) assert.notInclude(known(text), part.slice(8, 40), text)
    }
    assert.strictEqual(known(`a ${long} b`), "a [redacted] b")
    assert.notInclude(known(`Basic ${Buffer.from(`user:${long}`).toString("base64")} b`), long.slice(100, 200))
  })

  it("takes no time without end for a secret with backslashes in a row", () => {
    const known = Redaction.make([`${"\\".repeat(40)}a1`, `${'\\"'.repeat(12)}b2`])
    assert.strictEqual(known("\\".repeat(60)), Redaction.mark)
    assert.strictEqual(known(JSON.stringify(`${"\\".repeat(40)}a1`)), '"[redacted]"')
    assert.strictEqual(known('\\\\\\"'.repeat(9)), '\\\\\\"'.repeat(9))
  })

  it("finds a secret in bytes, whether they are text or not", () => {
    for (const around of ["é", "\u0000\u00ff\u00fe"]) {
      const given = Buffer.from(`${around}${secret}${around}`, around === "é" ? "utf8" : "latin1")
      const ascii = Buffer.concat([given, Buffer.from("canary-0123456789-abcdef")])
      const clean = Buffer.from(Redaction.bytes(Redaction.make([secret, "canary-0123456789-abcdef"]), ascii))
      assert.notInclude(clean.toString("latin1"), "canary-0123")
      if (around === "é") assert.strictEqual(clean.toString("utf8"), "é[redacted]é[redacted]")
    }
    const image = new Uint8Array([0, 255, 7])
    assert.strictEqual(Redaction.bytes(redact, image), image)
  })

  it("takes credentials out of addresses however short they are, and nowhere else", () => {
    assert.strictEqual(redact("--base-url=http://u:p@host/v1"), "--base-url=http://[redacted]@host/v1")
    assert.strictEqual(redact("Basic dXNlcjpodW50ZXIy"), "Basic [redacted]")
    assert.strictEqual(redact("u:p"), "u:p")
    assert.strictEqual(Redaction.withoutCredentials("http://u:p@host:1/v1?key=2#3"), "http://host:1/v1")
    assert.strictEqual(Redaction.withoutCredentials("localhost:11434"), "localhost:11434")
  })

  it("leaves text alone for the sake of no value that stands for no key", () => {
    for (const value of ["", "none", "EMPTY", "ollama", "lm-studio", "not-needed", "placeholder"]) {
      assert.deepStrictEqual(Redaction.ofEnvironment({ OPENAI_API_KEY: value }), [], value)
    }
    assert.deepStrictEqual(Redaction.ofEnvironment({ PWD: "/home/somebody", SSH_AUTH_SOCK: "/tmp/agent.123456" }), [])
    assert.deepStrictEqual(Redaction.ofUrls("ssh://git@example.org/x"), [])
  })

  it("knows the secrets of an environment by names, headers and addresses", () => {
    const found = Redaction.ofEnvironment({
      OPENAI_API_KEY: "sk-1234567890",
      GITHUB_TOKEN: "ghp_1234567890",
      OTEL_EXPORTER_OTLP_HEADERS: "authorization=Basic%20dXNlcjpodW50ZXIyMzQ1,content-type=application/json",
      https_proxy: "http://me:mypassword1@proxy:3128",
      OTEL_EXPORTER_OTLP_ENDPOINT: "https://collector/?api-key=abcdef123456"
    })
    assert.includeMembers([...found], ["sk-1234567890", "ghp_1234567890", "dXNlcjpodW50ZXIyMzQ1", "hunter2345"])
    assert.includeMembers([...found], ["//me:mypassword1@", "mypassword1", "abcdef123456"])
    assert.notInclude(found, "application/json")
  })

  it("knows the less common names of secrets, and proxies that are written without a scheme", () => {
    const value = "canary-0123456789"
    for (const name of [
      "PGPASSWORD",
      "MYSQL_PWD",
      "SSHPASS",
      "GH_PAT",
      "OPENAI_API_KEY_2",
      "SERVICE_JWT",
      "accessToken"
    ]) {
      assert.deepStrictEqual(Redaction.ofEnvironment({ [name]: value }), [value], name)
    }
    for (const name of ["accessToken", "clientSecret", "subscriptionKey", "sig", "X-Amz-Signature"]) {
      assert.deepStrictEqual([...new Set(Redaction.ofUrls(`https://host/v1?a=b&${name}=${value}`))], [value], name)
    }
    assert.include(Redaction.ofEnvironment({ HTTPS_PROXY: `me:${value}@proxy:3128` }), value)
    for (const name of ["OLDPWD", "MONKEY", "DESIGN", "npm_config_path", "COMPAT"]) {
      assert.deepStrictEqual(Redaction.ofEnvironment({ [name]: "/home/somebody/1234567890" }), [], name)
    }
  })

  it("goes through values without copying what holds none, and keeps classes", () => {
    class Report {
      readonly reason: string
      readonly inner: { readonly at: number }
      constructor(reason: string, inner: { readonly at: number }) {
        this.reason = reason
        this.inner = inner
      }
    }
    const clean = { list: ["a", { b: 1 }], nothing: null }
    assert.strictEqual(Redaction.deep(redact, clean), clean)
    const inner = { at: 1 }
    const report = Redaction.deep(redact, new Report(`of ${secret}`, inner))
    assert.instanceOf(report, Report)
    assert.strictEqual(report.reason, "of [redacted]")
    assert.strictEqual(report.inner, inner)
    const circle: { self?: unknown; key: string } = { key: secret }
    circle.self = circle
    assert.strictEqual(Redaction.deep(redact, circle).key, Redaction.mark)
  })
})
