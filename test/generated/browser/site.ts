/** A generated project as its users meet it: built, the backend started, the frontend served before it, and a browser. */
import { join } from "node:path"
import { Context, Effect, Layer } from "effect"
import type { Browser } from "playwright-core"
import * as Project from "../../../actors/fullstack/Project.ts"
import * as Requirements from "../../../actors/fullstack/Requirements.ts"
import { folder } from "../fixtures/folder.ts"
import { requirements } from "../fixtures/requirements.ts"
import { previewing, serving } from "../fixtures/serving.ts"
import { npmRun, writeProject } from "../fixtures/writtenProject.ts"
import { launched } from "./chromium.ts"

export class Site extends Context.Tag("test/Site")<
  Site,
  {
    readonly project: Project.Project
    /** Where the pages are; `/api` is passed on to the backend. */
    readonly origin: string
    readonly browser: Browser
    /** The first account; it has opened registration for others. Without accounts it has no meaning. */
    readonly administrator: { readonly email: string; readonly password: string }
    /** A number that nothing else was made with. */
    readonly fresh: () => number
  }
>() {
  /** The project of a file in `test/generated/requirements`. Needs `surroundings`. */
  static readonly fromFile = (name: string) =>
    Layer.unwrapEffect(Effect.map(requirements(name), ({ value }) => Site.fromValue(value)))

  static readonly fromValue = (value: unknown) =>
    Layer.scoped(
      Site,
      Effect.gen(function* () {
        // First, so that nothing is built where there is no browser to show it in.
        const browser = yield* launched
        const root = yield* folder
        yield* writeProject(value, root)
        yield* Effect.all([npmRun(root, "backend", "build"), npmRun(root, "frontend", "build")], { concurrency: 2 })
        const backend = yield* serving(root, { databaseFile: join(root, "browser.db") })
        const { origin } = yield* previewing(root, backend)
        const project = Project.fromInput(yield* Requirements.parse(value))
        const administrator = { email: "ada@example.test", password: "correct horse battery" }
        if (project.features.has("user-authentication")) {
          yield* Effect.promise(() => openRegistration(origin, administrator))
        }
        let made = 0
        return Site.of({ project, origin, browser, administrator, fresh: () => ++made })
      })
    )
}

const openRegistration = async (origin: string, administrator: object) => {
  const send = (method: string, path: string, body: object, cookie = "") =>
    fetch(`${origin}${path}`, {
      method,
      headers: { "content-type": "application/json", cookie },
      body: JSON.stringify(body)
    })
  const registered = await send("POST", "/api/auth/register", administrator)
  const cookie = registered.headers.get("set-cookie")!.split(";")[0]!
  const opened = await send("PUT", "/api/auth/registration", { open: true }, cookie)
  if (opened.status !== 200) throw new Error(`registration cannot be opened: ${opened.status}`)
}
