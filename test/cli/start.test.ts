import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { afterEach, assert, describe, it } from "vitest"
import * as Start from "../../cli/Start.ts"
import type { Report } from "../../src/team/Report.ts"

const roots: Array<string> = []

afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true, force: true })
})

/** An output folder with these files, and the answer to how it is started. */
const start = (files: Readonly<Record<string, unknown>>, more: Partial<Report> = {}) => started(files, more).again()

const started = (files: Readonly<Record<string, unknown>>, more: Partial<Report> = {}) => {
  const root = mkdtempSync(join(tmpdir(), "troupe-start-"))
  roots.push(root)
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), JSON.stringify(content))
  }
  // Of a report only what is asked for here.
  const report = { status: "done", agents: [{ files: Object.keys(files) }], ...more } as unknown as Report
  return { root, again: () => Start.of(report, root, "out/my shop") }
}

const backend = {
  "backend/package.json": { scripts: { build: "tsc", start: "node ." } },
  "backend/package-lock.json": {}
}
const frontend = { "frontend/package.json": { scripts: { dev: "vite" } }, "frontend/package-lock.json": {} }

describe("the commands that start what was made", () => {
  it("lead to the pages, not only to the server", () => {
    assert.deepStrictEqual(start({ ...backend, ...frontend }), {
      commands: [
        "cd 'out/my shop/backend' && npm ci && npm run build && npm start",
        "cd 'out/my shop/frontend' && npm ci && npm run dev"
      ],
      open: "http://localhost:5173"
    })
  })

  it("install nothing that is installed", () => {
    assert.deepStrictEqual(start({ ...backend, "backend/node_modules/.package-lock.json": {} }), {
      commands: ["cd 'out/my shop/backend' && npm run build && npm start"],
      open: undefined
    })
  })

  it("install what an interrupted npm ci has left half, and what another lock file asks for since", () => {
    const whole = "cd 'out/my shop/backend' && npm ci && npm run build && npm start"
    assert.deepStrictEqual(start({ ...backend, "backend/node_modules/x/package.json": {} }).commands, [whole])
    const { root, again } = started({ ...backend, "backend/node_modules/.package-lock.json": {} })
    utimesSync(join(root, "backend/node_modules/.package-lock.json"), 1, 1)
    assert.deepStrictEqual(again().commands, [whole])
  })

  it("promise no script, lock file or address that a team of one's own did not write", () => {
    assert.deepStrictEqual(start({ "backend/package.json": { scripts: { start: "node ." } } }).commands, [
      "cd 'out/my shop/backend' && npm install && npm start"
    ])
    assert.deepStrictEqual(start({ "backend/package.json": {} }).commands, [])
    assert.deepStrictEqual(start({ "backend/package.json": [] }).commands, [])
    assert.deepStrictEqual(start({ "notes.md": "" }).commands, [])
    assert.isUndefined(start({ "frontend/package.json": { scripts: { dev: "vite --port 80" } } }).open)
    // It stands there from another run.
    assert.deepStrictEqual(start(backend, { agents: [] }).commands, [])
  })

  it("are none where the run failed or was stopped", () => {
    for (const status of ["failed", "cancelled"] as const) {
      assert.deepStrictEqual(start({ ...backend, ...frontend }, { status }), { commands: [], open: undefined })
    }
  })
})
