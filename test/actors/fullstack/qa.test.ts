import { NodeFileSystem } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Duration, Effect, Fiber, Layer, TestClock } from "effect"
import * as Install from "../../../actors/fullstack/Install.ts"
import { QaEngineer } from "../../../actors/fullstack/QaEngineer.ts"
import type { Quality } from "../../../actors/fullstack/Results.ts"
import { duration } from "../../../actors/fullstack/templates/quality/Summary.ts"
import { BackgroundTasks } from "../../../src/background/BackgroundTasks.ts"
import { Subprocess } from "../../../src/background/Subprocess.ts"
import { Workspace } from "../../../src/team/Workspace.ts"
import { backend, ended, hangs, notFound, root, tests, work } from "./fixtures/qaWorld.ts"

const status = (quality: Quality) => Object.fromEntries(quality.checks.map((check) => [check.name, check.status]))
const detail = (quality: Quality, name: string) => quality.checks.find((check) => check.name === name)?.detail

describe("qa-engineer", () => {
  it.effect("checks both folders and is content when all passed", () =>
    Effect.gen(function* () {
      const { page, quality, verdict } = yield* work()
      assert.deepStrictEqual(verdict, { _tag: "verified" })
      assert.deepStrictEqual(
        quality.checks.map((check) => [check.name, check.command, check.status, check.detail]),
        [
          ["backend: install", `cd backend && npm ${Install.command.args.join(" ")}`, "passed", ""],
          ["backend: types", "cd backend && npm exec --no -- tsc --noEmit", "passed", ""],
          ["backend: build", "cd backend && npm run build", "passed", ""],
          ["backend: test", "cd backend && npm test", "passed", ""],
          ["backend: criteria", "cd backend && npm test", "passed", ""],
          ["backend: start", "cd backend && npm start", "passed", ""],
          ["backend: openapi", "cd backend && curl localhost:3000/openapi.json", "passed", ""],
          ["backend: rows", "cd backend && npm start, then POST, GET, PATCH and DELETE one row", "passed", ""],
          ["frontend: install", `cd frontend && npm ${Install.command.args.join(" ")}`, "passed", ""],
          ["frontend: types", "cd frontend && npm exec --no -- tsc --noEmit", "passed", ""],
          ["frontend: build", "cd frontend && npm run build", "passed", ""],
          ["frontend: test", "cd frontend && npm test", "passed", ""],
          ["frontend: criteria", "cd frontend && npm test", "passed", ""]
        ]
      )
      assert.include(page, "2 tests: 2 passed, 0 failed, 0 did not run.")
      assert.notInclude(page, "What is open")
    })
  )

  it.effect("takes title, criteria and result of each test from vitest's report, and from nowhere else", () =>
    Effect.gen(function* () {
      const { quality, verdict } = yield* work({
        "backend: npm test": tests("backend", [
          { title: "AC-auth > AC-thing.create keeps a thing", status: "passed" },
          { title: "is later", status: "skipped" },
          {
            title: "AC-order-line.delete forgets",
            status: "failed",
            failureMessages: ["AssertionError: expected 200 to be 404\n    at x.ts"]
          }
        ])
      })
      assert.deepStrictEqual(
        quality.tests.filter((test) => test.file.startsWith("backend")).map((test) => ({ ...test })),
        [
          {
            title: "rows > AC-auth > AC-thing.create keeps a thing",
            criteria: ["AC-auth", "AC-thing.create"],
            status: "passed" as const
          },
          {
            title: "rows > AC-order-line.delete forgets",
            criteria: ["AC-order-line.delete"],
            status: "failed" as const
          },
          { title: "rows > is later", criteria: [], status: "notVerified" as const }
        ].map((test) => ({ file: "backend/test/rows.test.ts", ...test }))
      )
      assert.strictEqual(
        detail(quality, "backend: test"),
        "backend/test/rows.test.ts: rows > AC-order-line.delete forgets: AssertionError: expected 200 to be 404"
      )
      assert.strictEqual(verdict?._tag, "failed")
    })
  )

  it.effect("fails when a promised criterion has no test that ran", () =>
    Effect.gen(function* () {
      const { quality, verdict } = yield* work({
        "frontend: npm test": tests("frontend", [{ title: "shows things", status: "passed" }])
      })
      assert.strictEqual(
        detail(quality, "frontend: criteria"),
        "no test ran that names AC-thing.list\n" +
          "promised, but did not run: frontend/test/rows.test.ts: AC-thing.list shows things"
      )
      assert.deepStrictEqual(
        quality.tests.filter((test) => test.criteria.includes("AC-thing.list")).map((test) => test.status),
        ["notVerified"]
      )
      assert.strictEqual(verdict?._tag, "failed")
    })
  )

  for (const left of [[], [{ title: "AC-thing.create keeps a thing", status: "skipped" }]]) {
    it.effect(
      `fails when a promised test ${left.length === 0 ? "is missing" : "was skipped"}, whatever else its criterion has`,
      () =>
        Effect.gen(function* () {
          const { progress, quality, verdict } = yield* work({
            "backend: npm test": tests("backend", [
              { title: "AC-thing.create makes another", status: "passed" },
              ...left
            ])
          })
          assert.strictEqual(
            detail(quality, "backend: criteria"),
            "promised, but did not run: backend/test/rows.test.ts: AC-thing.create keeps a thing"
          )
          assert.strictEqual(verdict?._tag, "failed")
          assert.strictEqual(
            progress.at(-1),
            "2 of 3 tests passed (1 not verified), 1 of 2 criteria passed, checks: 1 failed"
          )
        })
    )
  }

  it.effect("fails when there are no tests", () =>
    Effect.gen(function* () {
      const { quality } = yield* work({ "backend: npm test": tests("backend", []) })
      assert.strictEqual(detail(quality, "backend: test"), "there are no tests")
    })
  )

  const registry = (code: string) => () =>
    Effect.succeed(ended(1, { stderr: `npm error code ${code}\nnpm error network request failed` }))

  for (const code of [
    "ENOTFOUND",
    "ECONNREFUSED",
    "ETIMEDOUT",
    "EAI_AGAIN",
    "ENETUNREACH",
    "E403",
    "E503",
    "ENOTCACHED"
  ]) {
    it.effect(`verifies nothing where the registry gives ${code}, and says so once`, () =>
      Effect.gen(function* () {
        const { quality, verdict } = yield* work({
          "backend: npm ci": registry(code),
          "frontend: npm ci": registry(code)
        })
        assert.deepStrictEqual(new Set(quality.checks.map((check) => check.status)), new Set(["notVerified"]))
        assert.strictEqual(detail(quality, "backend: test"), `needs "backend: install"`)
        assert.deepStrictEqual(verdict, {
          _tag: "notVerified",
          reason: `backend: install: the npm registry could not be reached (${code}); frontend: install: the npm registry could not be reached (${code}); see docs/quality.md`
        })
        assert.deepStrictEqual(
          quality.tests.map((test) => [test.criteria, test.status]),
          [
            [["AC-thing.create"], "notVerified"],
            [["AC-thing.list"], "notVerified"]
          ]
        )
      })
    )
  }

  for (const code of ["EUSAGE", "EINTEGRITY", "ETARGET", "E404", "EJSONPARSE"]) {
    it.effect(`fails where the manifests are at fault (${code})`, () =>
      Effect.gen(function* () {
        const { quality, verdict } = yield* work({ "backend: npm ci": registry(code) })
        assert.strictEqual(status(quality)["backend: install"], "failed")
        assert.strictEqual(status(quality)["backend: test"], "notVerified")
        assert.strictEqual(status(quality)["frontend: test"], "passed")
        assert.strictEqual(verdict?._tag, "failed")
      })
    )
  }

  it.effect("verifies nothing without npm", () =>
    Effect.gen(function* () {
      const { verdict } = yield* work({ "backend: npm ci": notFound, "frontend: npm ci": notFound })
      assert.deepStrictEqual(verdict, {
        _tag: "notVerified",
        reason:
          "backend: install: npm is not on the PATH; frontend: install: npm is not on the PATH; see docs/quality.md"
      })
    })
  )

  it.effect("calls a build that breaks failed, with its last lines, and does not start what was not built", () =>
    Effect.gen(function* () {
      const { commands, page, quality, verdict } = yield* work({
        "backend: npm run build": () =>
          Effect.succeed(
            ended(2, {
              stdout: `\u001b[31m${root}/backend/src/a.ts(1,2): error TS1005\u001b[0m\nBuilt in 1.52s`,
              stderr: "npm warn x"
            })
          )
      })
      assert.strictEqual(detail(quality, "backend: build"), "backend/src/a.ts(1,2): error TS1005\nBuilt in …")
      assert.strictEqual(detail(quality, "backend: rows"), `needs "backend: start"`)
      assert.notInclude(commands, "backend: npm start")
      assert.strictEqual(verdict?._tag, "failed")
      assert.include(page, "### backend: build: **failed**\n\n    backend/src/a.ts(1,2): error TS1005\n")
    })
  )

  it.effect("gives as its reason the line that tells of the error, not the last one", () =>
    Effect.gen(function* () {
      const { verdict } = yield* work({
        "backend: npm run build": () =>
          Effect.succeed(
            ended(1, {
              stdout: "building",
              stderr:
                "Error: Cannot find module 'x'\n    at y.js:1\n{\n  code: 'MODULE_NOT_FOUND'\n}\n\nNode.js v20.19.0"
            })
          ),
        "frontend: npm run build": () => Effect.succeed(ended(1, { stdout: "stopped early\n}" }))
      })
      assert.deepStrictEqual(verdict, {
        _tag: "failed",
        reason: "backend: build: Error: Cannot find module 'x'; frontend: build: stopped early; see docs/quality.md"
      })
    })
  )

  it.effect("does not call a hanging check wrong: it was not verified", () =>
    Effect.gen(function* () {
      const { verdict } = yield* work({ "frontend: npm run build": hangs })
      assert.deepStrictEqual(verdict, {
        _tag: "notVerified",
        reason: "frontend: build: it did not end within 3m; see docs/quality.md"
      })
    })
  )

  it.effect("tries one row of the first entity that needs no other, and signs in where that is asked", () =>
    Effect.gen(function* () {
      const requests: Array<string> = []
      const { verdict } = yield* work({ "backend: npm start": backend({ login: true, requests }) })
      assert.deepStrictEqual(verdict, { _tag: "verified" })
      const id = "6f1b0ad2-3b0c-4c7e-9d55-0a1b2c3d4e5f"
      const row = `{"name":"Quality checkxxxxxxx","kind":"a","size":5}`
      assert.deepStrictEqual(requests.slice(requests.indexOf("GET /openapi.json ") + 1), [
        `POST /api/things ${row}`,
        `POST /api/auth/register {"email":"quality@example.test","password":"Quality check"}`,
        `POST /api/things ${row}`,
        `GET /api/things/${id} `,
        `PATCH /api/things/${id} {"name":"Another checkxxxxxxx"}`,
        `GET /api/things/${id} `,
        `DELETE /api/things/${id} `,
        `GET /api/things/${id} `
      ])
    })
  )

  it.effect("sees that a backend does not keep what it is given", () =>
    Effect.gen(function* () {
      const { quality } = yield* work({ "backend: npm start": backend({ forgetful: true }) })
      assert.strictEqual(detail(quality, "backend: rows"), `GET /api/things/:id: "name" is not as it was given`)
    })
  )

  it.effect("sees that a backend ends at its start", () =>
    Effect.gen(function* () {
      const { quality } = yield* work({
        "backend: npm start": () => Effect.succeed(ended(1, { stderr: "Error: no such table" }))
      })
      assert.strictEqual(detail(quality, "backend: start"), "it ended with code 1\nError: no such table")
      assert.strictEqual(status(quality)["backend: rows"], "notVerified")
    })
  )

  it.effect("takes another port when somebody was quicker", () =>
    Effect.gen(function* () {
      let starts = 0
      const { verdict } = yield* work({
        "backend: npm start": (command) =>
          starts++ === 0
            ? Effect.succeed(ended(1, { stderr: "Error: listen EADDRINUSE: address in use" }))
            : backend()(command)
      })
      assert.deepStrictEqual([verdict, starts], [{ _tag: "verified" }, 2])
    })
  )

  it.effect("gives equal results for equal sights, in a fixed order", () =>
    Effect.gen(function* () {
      /** The work, where one command takes longer than the others. */
      const slowAt = (name: string) =>
        Effect.gen(function* () {
          const begun = yield* Deferred.make<void>()
          const slow = Effect.zipRight(Deferred.succeed(begun, undefined), Effect.sleep("30 millis"))
          const working = yield* Effect.fork(work({ [name]: () => Effect.as(slow, ended(0)) }))
          yield* Deferred.await(begun)
          yield* TestClock.adjust("30 millis")
          return yield* Fiber.join(working)
        })
      const one = yield* slowAt("backend: npm run build")
      const other = yield* slowAt("frontend: npm run build")
      assert.deepStrictEqual(JSON.stringify(one.quality), JSON.stringify(other.quality))
      assert.strictEqual(one.page, other.page)
    })
  )

  it("tells how long each step took, folder by folder", () => {
    const times = [
      ["frontend: install", Duration.millis(7_000)],
      ["backend: install", Duration.millis(6_120)],
      ["backend: types", Duration.millis(3_249)],
      ["backend: criteria", Duration.millis(1)]
    ] as const
    assert.strictEqual(duration(times), "backend: install 6.1 s, types 3.2 s; frontend: install 7.0 s")
    assert.strictEqual(duration([["backend: criteria", Duration.zero]]), "")
  })

  it.effect("tells how far it is", () =>
    Effect.gen(function* () {
      const { progress } = yield* work()
      assert.strictEqual(progress.length, 14)
      assert.strictEqual(progress.at(-1), "2 tests passed, 2 of 2 criteria passed")
      assert.includeMembers([...progress], ["backend: install", "frontend: install", "backend: rows"])
    })
  )

  it.effect("has its own checks, node and npm in the key of its result, and does without npm", () =>
    Effect.gen(function* () {
      const fingerprint = yield* QaEngineer.fingerprint
      assert.match(fingerprint["templates/quality"] ?? "", /^[0-9a-f]{64}$/)
      assert.deepInclude(fingerprint, { node: "v20.20.2", npm: "none" })
    }).pipe(
      Effect.provide(
        Layer.mergeAll(
          Subprocess.layerTest((command) =>
            command.command === "npm" ? notFound(command) : Effect.succeed(ended(0, { stdout: "v20.20.2\n" }))
          ),
          BackgroundTasks.layer(),
          Workspace.layerMemory,
          NodeFileSystem.layer
        )
      )
    )
  )
})

describe("Install", () => {
  it.effect("started by a developer, is joined and not repeated", () =>
    Effect.gen(function* () {
      const { commands, verdict } = yield* work({}, Install.start({ runId: "run" }, "backend"))
      assert.deepStrictEqual(verdict, { _tag: "verified" })
      assert.deepStrictEqual(commands.filter((line) => line.endsWith("npm ci")).sort(), [
        "backend: npm ci",
        "frontend: npm ci"
      ])
    })
  )

  it.effect("never fails its caller, whatever becomes of it", () =>
    Effect.gen(function* () {
      const { verdict } = yield* work({ "backend: npm ci": notFound }, Install.start({ runId: "run" }, "backend"))
      assert.strictEqual(verdict?._tag, "notVerified")
    })
  )
})
