/**
 * Starts the built backend as its users will, with a database of its own, asks it over HTTP, and ends it.
 *
 * @since 0.1.0
 */
import * as FileSystem from "@effect/platform/FileSystem"

import { Duration, Effect } from "effect"
import { type Result, Subprocess } from "../../../../src/background/Subprocess.ts"
import { lastLines } from "./NpmOutput.ts"
import { healthy, probe } from "./Probe.ts"
import { type Finding, failed, notVerified, passed, type Take } from "./Steps.ts"

/**
 * Takes the steps `start`, `openapi` and `rows`; the last two while the server that the first started is running.
 *
 * @category constructors
 */
export const serve = (cwd: string, root: string, limit: Duration.Duration, take: Take) =>
  Effect.gen(function* () {
    let found: Findings = []
    const started = Effect.map(tryOut(cwd, root, limit), ([finding, findings]) => {
      found = findings
      return finding
    })
    yield* take("start", "npm start", ["build"], started)
    const answer = (name: string) => {
      const finding = found.find((finding) => finding.name === name)
      return Effect.succeed(finding?.wrong === undefined ? passed : failed(finding.wrong))
    }
    yield* take("openapi", "curl localhost:3000/openapi.json", ["start"], answer("openapi"))
    // Left out where the document has no collection whose rows stand alone.
    const rows = found.length === 0 || found.some(({ name, wrong }) => name === "rows" || wrong !== undefined)
    if (rows)
      yield* take("rows", "npm start, then POST, GET, PATCH and DELETE one row", ["start", "openapi"], answer("rows"))
  })

type Findings = Effect.Effect.Success<ReturnType<typeof probe>>

const tryOut = (cwd: string, root: string, limit: Duration.Duration) =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const { run } = yield* Subprocess
    const folder = yield* files.makeTempDirectoryScoped({ prefix: "troupe-quality-" })
    const port = yield* freePort
    const server = run({
      command: "npm",
      args: ["start"],
      cwd,
      env: { PORT: port, DATABASE_FILE: `${folder}/data.db`, NO_COLOR: "1" },
      // Ended by us, unless we are stopped ourselves in a way that forgets it.
      timeout: Duration.times(limit, 3)
    })
    const origin = `http://127.0.0.1:${port}`
    const asking = healthy(origin).pipe(
      Effect.timeoutFail({
        duration: limit,
        onTimeout: () => failed(`/healthz gave no 200 within ${Duration.format(limit)}`)
      }),
      Effect.zipRight(probe(origin)),
      Effect.map((findings): readonly [Finding, Findings] => [passed, findings])
    )
    const endedEarly = Effect.flatMap(server, (result: Result) =>
      Effect.fail(failed(`it ended with code ${result.exitCode}\n${lastLines(result, root)}`.trim()))
    )
    return yield* Effect.raceFirst(asking, endedEarly)
  }).pipe(
    Effect.scoped,
    // Somebody else took the port before the backend did.
    Effect.retry({ times: 3, while: (problem) => "detail" in problem && problem.detail.includes("EADDRINUSE") }),
    Effect.catchAll((problem) => Effect.succeed([asFinding(problem), []] as readonly [Finding, Findings]))
  )

const asFinding = (problem: Finding | { readonly _tag: string; readonly message: string }): Finding =>
  "_tag" in problem ? notVerified(problem.message) : problem

// Asked of the system in a process of its own: nothing here opens a socket.
const freePort = Effect.gen(function* () {
  const { run } = yield* Subprocess
  const script = `const s = require("node:net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close() })`
  const { stdout } = yield* run({ command: "node", args: ["-e", script], cwd: "/", timeout: "20 seconds" })
  return stdout.trim()
})
