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
        let made = 0
        return Site.of({ project, origin, browser, fresh: () => ++made })
      })
    )
}
