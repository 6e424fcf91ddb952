/**
 * A person with a browser of their own before a generated project: cookies, storage and account are nobody else's.
 *
 * Whatever goes wrong on the way is collected, and fails the test in the end unless it was expected: what the page wrote
 * to the console as an error, what it threw, requests that failed, and answers that refuse.
 */
import { randomUUID } from "node:crypto"
import { mkdirSync, rmSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { assert, expect } from "@effect/vitest"
import { Effect } from "effect"
import type { APIRequestContext, Page, Request } from "playwright-core"
import type { Project } from "../../../actors/fullstack/Project.ts"
import { Site } from "./site.ts"

export interface Visit {
  readonly page: Page
  readonly project: Project
  /** A number that no other row of the project has. */
  readonly fresh: () => number
  /** The account in use; with no `user-authentication`, and before one has registered, it has no meaning. */
  readonly email: string
  readonly password: string
  /** Opens a page of the project, and waits until it has asked for all that it shows. */
  readonly open: (path: string) => Promise<void>
  /** Waits until the page has its heading, and what it asked for has come and been drawn. */
  readonly settled: () => Promise<void>
  /** Asks the API past the page, as the same person. */
  readonly api: (method: string, path: string, body?: unknown) => Promise<ApiAnswer>
  /** Keeps what is seen, as build output to be looked at. */
  readonly picture: (name: string) => Promise<void>
}

export interface ApiAnswer {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: what the tests are about to look into
  readonly json: any
}

export interface VisitOptions {
  /** Whether to come as the administrator, where the project has accounts. Default: true. */
  readonly signedIn?: boolean
  readonly colorScheme?: "light" | "dark"
  /** Whether what the content security policy refuses is provoked; else it is a fault. */
  readonly slipsIn?: boolean
  readonly viewport?: { readonly width: number; readonly height: number }
  /** Refusals that the visit provokes, by how they begin: `409 POST /api/shelves`. Others are faults, and so is one missing. */
  readonly refusals?: ReadonlyArray<string>
}

const pictures = fileURLToPath(new URL("../../../out/pictures/", import.meta.url))

export const visit = (play: (visit: Visit) => Promise<void>, options: VisitOptions = {}) =>
  Effect.gen(function* () {
    const { administrator, browser, fresh, origin, project } = yield* Site
    const failure = `${pictures}failed-${slug(expect.getState().currentTestName ?? "")}.png`
    // That of an earlier run shows nothing of this one.
    rmSync(failure, { force: true })
    const context = yield* Effect.acquireRelease(
      Effect.promise(() =>
        browser.newContext({
          baseURL: origin,
          colorScheme: options.colorScheme ?? "light",
          viewport: options.viewport ?? { width: 1280, height: 800 },
          locale: "en-US",
          timezoneId: "UTC",
          reducedMotion: "reduce"
        })
      ),
      (context) => Effect.promise(() => context.close())
    )
    context.setDefaultTimeout(10_000)
    const page = yield* Effect.promise(() => context.newPage())
    const watched = watch(page)
    const account =
      options.signedIn === false
        ? { email: `${randomUUID()}@example.test`, password: "correct horse battery" }
        : administrator
    const api = asking(context.request)

    yield* Effect.tryPromise({
      try: async () => {
        if (options.signedIn !== false && project.features.has("user-authentication")) {
          const { status } = await api("POST", "/api/auth/login", account)
          assert.strictEqual(status, 200)
        }
        await play({
          page,
          project,
          fresh,
          api,
          ...account,
          open: async (path) => {
            await page.goto(path)
            await watched.settled()
          },
          settled: watched.settled,
          picture: async (name) => {
            await page.screenshot({ path: `${pictures}${name}.png`, animations: "disabled" })
          }
        })
        const refusedByPolicy = /Content Security Policy|violates the following/
        assert.deepStrictEqual(
          watched.faults.filter((fault) => options.slipsIn !== true || !refusedByPolicy.test(fault)),
          []
        )
        const provoked = options.refusals ?? []
        assert.deepStrictEqual(
          watched.refusals.filter((refusal) => !provoked.some((start) => refusal.startsWith(start))),
          []
        )
        for (const start of provoked)
          assert.isTrue(
            watched.refusals.some((refusal) => refusal.startsWith(start)),
            start
          )
      },
      catch: (error) => error
    }).pipe(
      Effect.tapError(() =>
        Effect.promise(async () => {
          mkdirSync(pictures, { recursive: true })
          await page.screenshot({ path: failure })
          process.stderr.write(`What was seen at the end is in ${failure}\n${watched.faults.join("\n")}\n`)
        })
      )
    )
  }).pipe(Effect.scoped)

/** A title as the name of a file. */
const slug = (title: string) => title.replaceAll(/[^\p{L}\p{N}]+/gu, "-").slice(0, 120)

const watch = (page: Page) => {
  const faults: Array<string> = []
  const refusals: Array<string> = []
  const pending = new Set<Request>()
  page.on("request", (request) => pending.add(request))
  page.on("requestfinished", (request) => pending.delete(request))
  page.on("requestfailed", (request) => pending.delete(request))
  page.on("pageerror", (error) => faults.push(`thrown: ${error.stack}`))
  page.on("console", (message) => {
    // Chromium's own line about a refused request: counted below, with its method and address.
    if (message.text().startsWith("Failed to load resource")) return
    if (message.type() === "error" || message.type() === "warning") faults.push(`console: ${message.text()}`)
  })
  page.on("requestfailed", (request) => {
    // A page that is left aborts what it was loading.
    if (request.failure()?.errorText === "net::ERR_ABORTED") return
    faults.push(`failed: ${request.method()} ${request.url()}: ${request.failure()?.errorText}`)
  })
  page.on("response", (response) => {
    if (response.status() < 400) return
    refusals.push(`${response.status()} ${response.request().method()} ${new URL(response.url()).pathname}`)
  })

  const settled = async () => {
    await page.getByRole("heading", { level: 1 }).first().waitFor()
    do {
      while (pending.size > 0)
        await Promise.race([page.waitForEvent("requestfinished"), page.waitForEvent("requestfailed")])
      await page.evaluate("new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
    } while (pending.size > 0)
  }

  return { faults, refusals, settled }
}

const asking =
  (request: APIRequestContext): Visit["api"] =>
  async (method, path, body) => {
    const response = await request.fetch(path, { method, ...(body === undefined ? {} : { data: body }) })
    const text = await response.text()
    return { status: response.status(), json: text === "" ? undefined : JSON.parse(text) }
  }
