/**
 * The package as an app gets it: packed, and installed into an empty app beside another patch of Effect.
 */
import { execFile } from "node:child_process"
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { afterAll, assert, beforeAll, describe, it } from "vitest"

const root = fileURLToPath(new URL("../..", import.meta.url))
const run = promisify(execFile)
const app = mkdtempSync(join(tmpdir(), "troupe-app-"))
const modules = join(app, "node_modules")

/** Not the one that Troupe is developed with. */
const otherPatch = "3.22.3"

/** What actors and teams may weigh, in MB. */
const mostMegabytes = 75

/** The vendors' packages that each entry point imports, beyond what npm installs with Troupe. */
const peersOf: Readonly<Record<string, ReadonlyArray<string>>> = {
  ".": [],
  "./testing": [],
  "./actor": [],
  "./cluster": ["@effect/cluster"],
  "./actors/fullstack": [],
  "./layers/node": [],
  "./layers/yaml": [],
  "./layers/otlp": [],
  "./layers/http": ["@effect/platform-node"],
  "./layers/models": ["@effect/ai", "@effect/platform-node"],
  "./layers/sqlite": ["@effect/experimental", "@effect/sql", "@effect/sql-sqlite-node"],
  "./layers/postgres": ["@effect/cluster", "@effect/platform-node", "@effect/sql", "@effect/sql-pg"],
  // Only to say where their names are now.
  "./layers": [],
  "./actors": []
}

interface PackageJson {
  readonly exports: Readonly<Record<string, unknown>>
  readonly peerDependencies: Readonly<Record<string, string>>
}
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as PackageJson

/** Lends the app a package of this repository. What that one imports is found from where it really is. */
const lend = (name: string) => {
  const place = join(modules, name)
  if (existsSync(place)) return () => {}
  mkdirSync(dirname(place), { recursive: true })
  symlinkSync(join(root, "node_modules", name), place)
  return () => rmSync(place)
}

const effectVersions = async () => {
  const { stdout } = await run("npm", ["ls", "effect", "--all", "--parseable", "--long"], { cwd: app })
  return [...new Set([...stdout.matchAll(/[/\\]effect:effect@([^:\s]+)/g)].map(([, version]) => version))]
}

const node = (code: string) => run(process.execPath, ["--input-type=module", "-e", code], { cwd: app })

beforeAll(async () => {
  await run("npm", ["run", "build"], { cwd: root })
  const { stdout } = await run("npm", ["pack", "--ignore-scripts", "--silent", "--pack-destination", app], {
    cwd: root
  })
  const dependencies = { effect: otherPatch, troupe: `file:./${stdout.trim()}` }
  writeFileSync(join(app, "package.json"), JSON.stringify({ private: true, type: "module", dependencies }))
  // Fails where peers do not fit together.
  await run("npm", ["install", "--no-audit", "--no-fund", "--strict-peer-deps"], { cwd: app })
})
afterAll(() => rmSync(app, { recursive: true, force: true }))

describe("the package in a fresh app", () => {
  it("keeps the app's own patch of Effect, and only that", async () => {
    assert.deepStrictEqual(await effectVersions(), [otherPatch])
  })

  it("brings no model, PostgreSQL, cluster or SQLite package, and stays light", async () => {
    assert.deepStrictEqual(readdirSync(join(modules, "@effect")).sort(), ["platform", "rpc"])
    for (const name of ["better-sqlite3", "pg", "gpt-tokenizer", "@opentelemetry"]) {
      assert.isFalse(existsSync(join(modules, name)), name)
    }
    const { stdout } = await run("du", ["-sk", modules])
    assert.isAtMost(Number.parseInt(stdout, 10) / 1024, mostMegabytes)
  })

  it("has a line here for each entry point", () => {
    const entries = Object.entries(manifest.exports).flatMap(([path, target]) =>
      target === null || path.includes("*") || path.endsWith(".json") ? [] : [path]
    )
    assert.sameMembers(entries, Object.keys(peersOf))
  })

  for (const [path, peers] of Object.entries(peersOf)) {
    const specifier = path.replace(/^\./, "troupe")
    it(`imports ${specifier} with its own peers alone`, async () => {
      if (peers.length > 0) {
        const error = await node(`await import("${specifier}")`).then(
          () => "",
          (error: { readonly stderr: string }) => error.stderr
        )
        const [, found] = /Cannot find package '([^']+)'/.exec(error) ?? []
        assert.include(peers, found ?? `nothing missing: ${error}`)
      }
      const giveBack = peers.map(lend)
      try {
        await node(`await import("${specifier}")`)
      } finally {
        for (const back of giveBack) back()
      }
    })
  }

  it("keeps to itself what only its own modules use", async () => {
    const closed = Object.entries(manifest.exports).flatMap(([path, target]) => (target === null ? [path] : []))
    assert.isAbove(closed.length, 0)
    const specifiers = closed.map((path) => path.replace(/^\./, "troupe").replace("*", "anything"))
    const { stdout } = await node(`
      for (const name of ${JSON.stringify(specifiers)}) {
        await import(name).then(() => console.log("open"), (error) => console.log(error.code))
      }
    `)
    assert.deepStrictEqual(
      stdout.trim().split("\n"),
      closed.map(() => "ERR_PACKAGE_PATH_NOT_EXPORTED")
    )
  })

  it("tells from old entry points where a name is now", async () => {
    const { stdout } = await node(`
      import { Sqlite } from "troupe/layers"
      import { FullstackTeam } from "troupe/actors"
      import { ActorTest, ClusterActorSystem } from "troupe"
      for (const name of [Sqlite, FullstackTeam, ActorTest, ClusterActorSystem]) {
        try { name.layer } catch (error) { console.log(error.message) }
      }
    `)
    assert.deepStrictEqual(stdout.trim().split("\n"), [
      'Sqlite has moved: write import { Sqlite } from "troupe/layers/sqlite".',
      'FullstackTeam has moved: write import { FullstackTeam } from "troupe/actors/fullstack".',
      'ActorTest has moved: write import { ActorTest } from "troupe/testing".',
      'ClusterActorSystem has moved: write import { ClusterActorSystem } from "troupe/cluster".'
    ])
  })

  it("says which packages the program needs, with the command that installs them", async () => {
    const main = join(modules, "troupe", "dist", "main.js")
    assert.match((await run(process.execPath, [main, "--help"], { cwd: app })).stdout, /^Troupe runs teams/)
    const { code, stderr } = await run(process.execPath, [main, "runs"], { cwd: app }).then(
      () => ({ code: 0, stderr: "" }),
      (error: { readonly code: number; readonly stderr: string }) => error
    )
    assert.strictEqual(code, 2)
    const packages = ["@effect/experimental", "@effect/platform-node", "@effect/sql", "@effect/sql-sqlite-node"]
    const wanted = packages.map((name) => `"${name}@${manifest.peerDependencies[name]}"`).join(" ")
    assert.strictEqual(
      stderr,
      `troupe: this command needs ${packages.join(", ")}, which are not installed. Run: npm install ${wanted}\n`
    )
  })

  it("gets the vendors' packages that its author asks for, beside the same Effect", async () => {
    const packages = ["cluster", "workflow", "sql", "sql-sqlite-node", "experimental"].map((name) => `@effect/${name}`)
    const wanted = packages.map((name) => `${name}@${manifest.peerDependencies[name]}`)
    await run("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--strict-peer-deps", ...wanted], {
      cwd: app
    })
    assert.deepStrictEqual(await effectVersions(), [otherPatch])
  })

  it.each([
    ["NodeNext", "NodeNext"],
    ["ESNext", "bundler"]
  ])("lets an app export what the examples show, with declarations (%s, %s)", async (module, moduleResolution) => {
    const folder = join(app, moduleResolution)
    const giveBack = lend("@types/node")
    try {
      cpSync(join(modules, "troupe", "examples"), join(folder, "src"), { recursive: true })
      for (const file of readdirSync(join(folder, "src"), { recursive: true, encoding: "utf8" })) {
        if (!file.endsWith(".ts")) continue
        const at = join(folder, "src", file)
        writeFileSync(at, exported(asInAnApp(readFileSync(at, "utf8"))))
      }
      const compilerOptions = {
        target: "ES2022",
        lib: ["ES2023"],
        module,
        moduleResolution,
        strict: true,
        skipLibCheck: true,
        declaration: true,
        composite: true,
        rootDir: "src",
        outDir: "out",
        types: ["node"]
      }
      writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["src"] }))
      const problems = await run(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", folder]).then(
        () => "",
        (error: { readonly stdout: string }) => error.stdout
      )
      assert.strictEqual(problems, "")
      assert.isTrue(existsSync(join(folder, "out", "actors", "router.d.ts")))
    } finally {
      giveBack()
    }
  })
})

/** The imports of an example as its reader writes them. */
const asInAnApp = (code: string): string =>
  code
    .replaceAll(/"(?:\.\.\/)+src\/index\.ts"/g, '"troupe"')
    .replaceAll(/"(?:\.\.\/)+src\/testing\.ts"/g, '"troupe/testing"')
    .replaceAll(/"(?:\.\.\/)+src\/(\w+)\/index\.ts"/g, '"troupe/$1"')
    .replaceAll(/"(?:\.\.\/)+(layers|actors)\/(\w+)\/index\.ts"/g, '"troupe/$1/$2"')

/** Everything at the top is exported, so that a declaration must be written for it. */
const exported = (code: string): string => code.replaceAll(/^(const|class|function|type|interface) /gm, "export $1 ")
