/** Accounts and sessions. All but the last fail so rarely that their address is not slowed down for it. */
import { assert } from "@effect/vitest"
import { badPaths, type Client } from "./client.ts"
import { cookieOf, password, signUp } from "./session.ts"

const register = "/api/auth/register"
const login = "/api/auth/login"

/** Without a session, or with none that is valid, everything under `/api` but register and login answers 401. */
export const closed = async (client: Client) => {
  const cookies = [
    "",
    "session=",
    "session=x",
    `session=${"A".repeat(43)}`,
    "session=' OR 1=1 --",
    "other=1; session=null"
  ]
  const { cookie } = client
  const name = cookie.split("=")[0]!
  for (const { method, needsSession, path, body } of client.api.operations) {
    const at = path.replace("{id}", "6d3bd6a7-6a8e-4b68-8a70-0c6a2b0d9d60")
    const open = path === register || path === login || !path.startsWith("/api")
    assert.strictEqual(needsSession, !open, `${method} ${path}`)
    if (open) continue
    for (const cookie of cookies) {
      const send = body === undefined ? {} : { body: {} }
      await client.expect(401, method, at, { ...send, cookie: cookie.replaceAll("session", name) })
    }
  }
  // Nor does the gate tell a stranger what is behind it, or open for another way to write a path.
  const { path } = client.api.collections[0]!
  for (const odd of ["/api/nothing", "/api", `${path}/`, `${path}?x=1`, "/api/auth/nothing", `${path}/../auth/login`]) {
    for (const method of ["GET", "POST", "PUT", "DELETE"]) await client.expect(401, method, odd, { cookie: "" })
  }
  for (const odd of [path.toUpperCase(), `/${path}`, path.replace("/api", "/%61pi"), path.replace("/api", "/api%2f")]) {
    const { status } = await client.send("GET", odd, { cookie: "" })
    assert.include([401, 404], status, odd)
  }
}

/** Register signs in, and so does login; each session is one of its own, and logout ends one for good. */
export const sessions = async (client: Client) => {
  const email = "bea@example.test"
  const made = await client.expect(201, "POST", register, { body: { email, password }, cookie: "" })
  assert.deepStrictEqual(Object.keys(made.json).sort(), ["administrator", "email", "id"])
  const planted = { cookie: `${cookieOf(made).split("=")[0]}=planted` }
  const again = await client.expect(200, "POST", login, { body: { email, password }, ...planted })
  assert.deepStrictEqual(again.json, made.json)
  for (const answer of [made, again]) {
    const [cookie = ""] = answer.headers["set-cookie"]!
    assert.match(cookie, /;\s*HttpOnly/i)
    assert.match(cookie, /;\s*SameSite=(Strict|Lax)/i)
    assert.match(cookie, /;\s*Path=\//i)
    assert.isAtLeast(cookieOf(answer).split("=")[1]!.length, 22, "128 bits at least")
    assert.notInclude(answer.text, cookieOf(answer).split("=")[1]!)
  }
  const [one, two] = [cookieOf(made), cookieOf(again)]
  assert.notStrictEqual(one, two)
  for (const cookie of [one, two]) {
    assert.deepStrictEqual((await client.expect(200, "GET", "/api/auth/me", { cookie })).json, made.json)
  }
  const out = await client.expect(204, "POST", "/api/auth/logout", { cookie: one })
  assert.match((out.headers["set-cookie"] ?? [""])[0]!, /Expires=Thu, 01 Jan 1970|Max-Age=0/i)
  const { path } = client.api.collections[0]!
  await client.expect(401, "GET", "/api/auth/me", { cookie: one })
  await client.expect(401, "POST", path, { cookie: one, body: {} })
  await client.expect(401, "POST", "/api/auth/logout", { cookie: one })
  await client.expect(200, "GET", path, { cookie: two })
}

/** One address has one account, however it is typed. */
export const sameAddress = async (client: Client) => {
  const [composed, decomposed] = ["andré@example.test", "andre\u0301@example.test"]
  await client.expect(201, "POST", register, { body: { email: composed, password }, cookie: "" })
  for (const email of [decomposed, composed.toUpperCase(), ` ${composed} `, "ANDRÉ@Example.Test"]) {
    await client.expect(409, "POST", register, { body: { email, password }, cookie: "" })
    await client.expect(200, "POST", login, { body: { email, password }, cookie: "" })
  }
  // So has a password.
  const secret = { email: "zoe@example.test", password: "geheim-e\u0301te\u0301" }
  await client.expect(201, "POST", register, { body: secret, cookie: "" })
  await client.expect(200, "POST", login, { body: { ...secret, password: "geheim-\u00e9t\u00e9" }, cookie: "" })
  await client.expect(401, "POST", login, { body: { ...secret, password: "GEHEIM-\u00e9t\u00e9" }, cookie: "" })
  await client.expect(401, "POST", login, { body: { ...secret, password: `${secret.password} ` }, cookie: "" })
  // Together they make one account.
  const body = { email: "race@example.test", password }
  const answers = await Promise.all(
    Array.from({ length: 6 }, () => client.send("POST", register, { body, cookie: "" }))
  )
  assert.deepStrictEqual(answers.map(({ status }) => status).sort(), [201, 409, 409, 409, 409, 409])
}

/** The rules of an account's fields, alone and together. */
export const credentials = async (client: Client) => {
  const good = { email: "carl@example.test", password }
  const bad = {
    email: [
      null,
      1,
      "",
      " ",
      "no address",
      "@",
      "a@",
      "@b",
      "a b@example.test",
      "a@b\0",
      "a\n@b",
      `${"a".repeat(250)}@b.test`
    ],
    password: [null, 1, "", "seven77", "🧵🧵🧵", "w".repeat(201)]
  }
  for (const [name, values] of Object.entries(bad)) {
    for (const value of values) {
      const answer = await client.expect(422, "POST", register, { body: { ...good, [name]: value }, cookie: "" })
      assert.deepStrictEqual(badPaths(answer), [name], answer.shown)
    }
  }
  const all = await client.expect(422, "POST", register, {
    body: { email: "x", password: "x", admin: true },
    cookie: ""
  })
  assert.deepStrictEqual(badPaths(all), ["admin", "email", "password"])
  assert.deepStrictEqual(badPaths(await client.expect(422, "POST", login, { body: {}, cookie: "" })), [
    "email",
    "password"
  ])
  // None of them was stored.
  await client.expect(201, "POST", register, { body: good, cookie: "" })
}

/** Who has no account is told the same as who has another password, after the same work. */
export const noEnumeration = async (client: Client) => {
  await client.expect(201, "POST", register, { body: { email: "dora@example.test", password }, cookie: "" })
  const pairs = Array.from({ length: 9 }, (_, n) => [`known${n}@example.test`, `n${n}@example.test`] as const)
  for (const [known] of pairs)
    await client.expect(201, "POST", register, { body: { email: known, password }, cookie: "" })
  const cpuSeconds = async () => {
    const { text } = await client.expect(200, "GET", "/metrics")
    return Number(/^process_cpu_seconds_total (\S+)$/m.exec(text)![1])
  }
  const attempt = (email: string) =>
    client.expect(401, "POST", login, { body: { email, password: "wrong horse battery" }, cookie: "" })
  // The processor's time rather than the clock's: whatever else the machine does is not in it.
  const work = async (email: string) => {
    const start = await cpuSeconds()
    await attempt(email)
    return (await cpuSeconds()) - start
  }
  const wrong = await attempt("dora@example.test")
  const unknown = await attempt("nobody@example.test")
  assert.deepStrictEqual(unknown.json, wrong.json)
  const names = (answer: typeof wrong) => Object.keys(answer.headers).sort()
  assert.deepStrictEqual(names(unknown), names(wrong))
  // In turn, so that both meet the same; the middle one of each, as what the backend does of its own is in one or two.
  const works: Array<readonly [known: number, unknown: number]> = []
  for (const [known, stranger] of pairs) works.push([await work(known), await work(stranger)])
  const knowing = median(works.map(([known]) => known))
  const guessing = median(works.map(([, stranger]) => stranger))
  assert.isAbove(guessing, knowing / 2, `${works.join("; ")} s`)
  assert.isBelow(guessing, knowing * 2, `${works.join("; ")} s`)
}

const median = (values: ReadonlyArray<number>) => [...values].sort((a, b) => a - b)[values.length >> 1]!

/**
 * Who guesses has to wait, ever longer, and so has the owner meanwhile; nobody else has. Whether an account is behind the
 * address makes no difference.
 */
export const bruteForce = async (client: Client) => {
  const victim = "eve@example.test"
  await signUp(client, victim)
  await signUp(client, "frank@example.test")
  const guess = (email: string, guess: string) =>
    client.send("POST", login, { body: { email, password: guess }, cookie: "" })

  for (const email of [victim, "nobody@example.test"]) {
    const start = Date.now()
    let tried = 0
    // Guesses on and on, many at once, until the wait is longer than what happens between two requests.
    for (let wait = 0; wait < 4; ) {
      const answers = await Promise.all(Array.from({ length: 10 }, () => guess(email, "wrong horse battery")))
      for (const { headers, shown, status } of answers) {
        assert.include([401, 429], status, shown)
        if (status === 401) tried++
        else wait = Math.max(wait, Number(headers["retry-after"]))
        assert.isAtMost(tried, 10, "as many as are free to those who mistype")
      }
    }
    // Each wait is twice the one before: as many guesses more as there are doublings in the time that has passed.
    assert.isAtMost(tried, 6 + Math.log2(1 + (Date.now() - start) / 1000))
    for (const way of [email, email.toUpperCase()]) assert.strictEqual((await guess(way, password)).status, 429)
  }
  await client.expect(200, "POST", login, { body: { email: "frank@example.test", password }, cookie: "" })
  await client.expect(200, "GET", "/api/auth/me")
}
