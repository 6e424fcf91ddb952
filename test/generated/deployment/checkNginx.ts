/** The frontend's web server, asked as browsers and probes ask it. */
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import { imageOf } from "./dockerfile.ts"
import { get } from "./get.ts"
import { container } from "./manifests.ts"
import { nginxServing } from "./nginx.ts"
import type { Files } from "./written.ts"

/** nginx takes the configuration, and hands on what it should and nothing else. */
export const checkNginx = (files: Files, root: string, backend: string) =>
  Effect.gen(function* () {
    const { exposed, healthcheck } = imageOf(files.text("deploy/frontend.Dockerfile"))
    const [listens] = container(files, "frontend").ports
    assert.deepStrictEqual(exposed, [listens.containerPort])
    const text = files.text("deploy/nginx.conf.template")
    assert.include(text, `listen ${listens.containerPort};`)
    const origin = yield* nginxServing(text, listens.containerPort, new URL(backend).host, root)
    assert.deepStrictEqual(yield* get(`${origin}/`), { status: 200, text: "the page" })
    assert.strictEqual((yield* get(`${origin}/some/page`)).text, "the page")
    assert.strictEqual((yield* get(`${origin}/_app/missing.js`)).status, 404)
    assert.strictEqual((yield* get(`${origin}/healthz`)).status, 200)
    assert.strictEqual((yield* get(`${origin}/api/tasks`)).status, 401)
    assert.match((yield* get(`${origin}/openapi.json`)).text, /^{/)
    // Figures are for insiders: what answers here is the page.
    assert.strictEqual((yield* get(`${origin}/metrics`)).text, "the page")
    const probes = ["startupProbe", "readinessProbe", "livenessProbe"].map(
      (probe) => container(files, "frontend")[probe].httpGet.path
    )
    for (const path of [...probes, new URL(healthcheck.at(-1)!).pathname]) {
      assert.deepStrictEqual(yield* get(`${origin}${path}`), { status: 200, text: "ok\n" })
    }
  })
