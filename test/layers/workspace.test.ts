import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Layer, type Scope } from "effect"
import { afterAll } from "vitest"
import * as NodeWorkspace from "../../layers/node/NodeWorkspace.ts"
import * as Artefact from "../../src/team/Artefact.ts"
import { Workspace, type WorkspaceError } from "../../src/team/Workspace.ts"

const home = fs.mkdtempSync(path.join(os.tmpdir(), "troupe-workspace-"))
afterAll(() => fs.rmSync(home, { recursive: true, force: true }))
let count = 0
const freshRoot = () => path.join(home, String(count++), "out")

const ours = { team: "ours" }

const suite = (name: string, layer: () => Layer.Layer<Workspace>) => {
  describe(`${name}: an output folder`, () => {
    it.scoped("gives back what was written, and says its digest", () =>
      Effect.gen(function* () {
        const workspace = yield* Workspace
        yield* workspace.prepare(ours)
        const artefact = yield* workspace.write("docs/Größe.md", "text ✓\n")
        assert.deepStrictEqual(artefact, { path: "docs/Größe.md", sha256: Artefact.digest("text ✓\n"), sizeBytes: 9 })
        assert.strictEqual(yield* workspace.read("docs/Größe.md"), "text ✓\n")
        const error = yield* Effect.flip(workspace.read("docs/none.md"))
        assert.strictEqual(error.reason, "missing")
      }).pipe(Effect.provide(layer()))
    )

    it.scoped("keeps bytes as they are", () =>
      Effect.gen(function* () {
        const workspace = yield* Workspace
        yield* workspace.prepare(ours)
        const bytes = Uint8Array.from([0, 255, 254, 10, 13, 0])
        const artefact = yield* workspace.write("logo.png", bytes)
        assert.deepStrictEqual(artefact, { path: "logo.png", sha256: Artefact.digest(bytes), sizeBytes: 6 })
        assert.deepStrictEqual([...(yield* workspace.readBytes("logo.png"))], [...bytes])
        yield* workspace.restore([Artefact.make("other.png", bytes)])
        assert.deepStrictEqual([...(yield* workspace.readBytes("other.png"))], [...bytes])
      }).pipe(Effect.provide(layer()))
    )

    it.scoped("writes nothing outside itself", () =>
      Effect.gen(function* () {
        const workspace = yield* Workspace
        yield* workspace.prepare(ours)
        const bad = [
          "/etc/x",
          "../x",
          "a/../../x",
          "a/..",
          "",
          "a\0b",
          "C:\\x",
          "a\\..\\x",
          "./a",
          "a//b",
          "a/",
          ".troupe/lock",
          // What one file system or another takes for the same.
          ".Troupe/lock",
          ".TROUPE/lock",
          ".troupe /lock",
          ".troupe./lock",
          ".tr\u200coupe/lock",
          ".troupe::$INDEX_ALLOCATION/lock",
          "TROUPE~1/lock",
          "\uff0etroupe/lock",
          ".troupe",
          ".git/hooks/pre-commit",
          ".GIT/config",
          ".g\u200dit/config",
          ".git. . /config",
          "GIT~1/config",
          "docs/.git/config",
          ".git"
        ]
        for (const file of bad) {
          const error: WorkspaceError = yield* Effect.flip(workspace.write(file, "text"))
          assert.strictEqual(error.reason, "outside", JSON.stringify(file))
          assert.strictEqual((yield* Effect.flip(workspace.read(file))).reason, "outside", JSON.stringify(file))
        }
      }).pipe(Effect.provide(layer()))
    )

    it.scoped("is one run's at a time, and free once that has ended, however it did", () =>
      Effect.gen(function* () {
        const workspace = yield* Workspace
        const nested = workspace
          .prepare(ours)
          .pipe(
            Effect.zipRight(workspace.write("a.txt", "a")),
            Effect.zipRight(Effect.flip(Effect.scoped(workspace.prepare(ours)))),
            Effect.scoped
          )
        const refused = yield* nested
        assert.strictEqual((refused as WorkspaceError).reason, "busy")
        yield* Effect.exit(Effect.scoped(Effect.zipRight(workspace.prepare(ours), Effect.interrupt)))
        yield* workspace.prepare(ours)
        assert.strictEqual(yield* workspace.read("a.txt"), "a")
      }).pipe(Effect.provide(layer()))
    )

    it.scoped("is one team's, unless another one is told to take it", () =>
      Effect.gen(function* () {
        const workspace = yield* Workspace
        const theirs = { team: "theirs" }
        yield* Effect.scoped(Effect.zipRight(workspace.prepare(ours), workspace.write("a.txt", "a")))
        const refused = yield* Effect.flip(Effect.scoped(workspace.prepare(theirs)))
        assert.strictEqual(refused.reason, "foreign")
        assert.include(refused.message, '"ours"')
        assert.strictEqual(yield* workspace.read("a.txt"), "a")
        yield* workspace.prepare({ ...theirs, force: true })
        assert.deepStrictEqual(yield* workspace.finish({ keep: [], removeStale: true }), ["a.txt"])
      }).pipe(Effect.provide(layer()))
    )

    it.scoped("restores files, and clears away at the end what is not kept", () =>
      Effect.gen(function* () {
        const workspace = yield* Workspace
        yield* workspace.prepare(ours)
        yield* workspace.restore([Artefact.make("a/b.txt", "b"), Artefact.make("c.txt", "c")])
        assert.deepStrictEqual(yield* workspace.finish({ keep: ["c.txt"], removeStale: false }), [])
        assert.strictEqual(yield* workspace.read("a/b.txt"), "b")
        assert.deepStrictEqual(yield* workspace.finish({ keep: ["c.txt"], removeStale: true }), ["a/b.txt"])
        assert.strictEqual((yield* Effect.flip(workspace.read("a/b.txt"))).reason, "missing")
        assert.strictEqual(yield* workspace.read("c.txt"), "c")
      }).pipe(Effect.provide(layer()))
    )
  })
}

suite("in memory", () => Workspace.layerMemory)
suite("on disk", () => NodeWorkspace.layer({ root: freshRoot() }))

/** One run's use of the folder. */
const using = <A, E>(root: string, use: (workspace: Workspace["Type"]) => Effect.Effect<A, E, Scope.Scope>) =>
  Effect.flatMap(Workspace, use).pipe(Effect.scoped, Effect.provide(NodeWorkspace.layer({ root })))

/** A run that writes these files and ends well. */
const run = (root: string, files: Readonly<Record<string, string>>, options?: { readonly force?: boolean }) =>
  using(root, (workspace) =>
    Effect.gen(function* () {
      yield* workspace.prepare({ ...ours, ...options })
      for (const [file, content] of Object.entries(files)) yield* workspace.write(file, content)
      yield* workspace.finish({ keep: Object.keys(files), removeStale: true })
    })
  )

const read = (root: string, file: string) => fs.readFileSync(path.join(root, file), "utf8")
const put = (root: string, file: string, content: string) => {
  fs.mkdirSync(path.dirname(path.join(root, file)), { recursive: true })
  fs.writeFileSync(path.join(root, file), content)
}

describe("a folder on disk", () => {
  it.effect("with somebody else's files is refused and left alone, unless forced", () =>
    Effect.gen(function* () {
      const root = freshRoot()
      put(root, "thesis.txt", "years of work")
      const error = yield* Effect.flip(run(root, { "a.txt": "a" }))
      assert.strictEqual(error.reason, "foreign")
      assert.include(error.message, "thesis.txt")
      assert.include(error.message, "--force")
      assert.deepStrictEqual(fs.readdirSync(root), ["thesis.txt"])
      yield* run(root, { "a.txt": "a" }, { force: true })
      assert.strictEqual(read(root, "thesis.txt"), "years of work")
      assert.strictEqual(read(root, "a.txt"), "a")
    })
  )

  it.effect("is made if need be, and may be used again", () =>
    Effect.gen(function* () {
      const root = freshRoot()
      yield* run(root, { "a/b/c.txt": "one" })
      yield* run(root, { "a/b/c.txt": "two" })
      assert.strictEqual(read(root, "a/b/c.txt"), "two")
      assert.deepStrictEqual(fs.readdirSync(path.join(root, ".troupe")), ["lock", "manifest.jsonl"])
    })
  )

  it.effect("with files that somebody has edited since is refused and names them, unless forced", () =>
    Effect.gen(function* () {
      const root = freshRoot()
      yield* run(root, { "a.txt": "a", "b.txt": "b", "c.txt": "c" })
      put(root, "b.txt", "my own words")
      fs.rmSync(path.join(root, "c.txt"))
      const error = yield* Effect.flip(run(root, { "b.txt": "new" }))
      assert.strictEqual(error.reason, "edited")
      assert.include(error.message, "b.txt")
      assert.notInclude(error.message, "c.txt")
      assert.strictEqual(read(root, "b.txt"), "my own words")
      yield* run(root, { "b.txt": "new" }, { force: true })
      assert.strictEqual(read(root, "b.txt"), "new")
    })
  )

  it.scoped("keeps the permissions that people gave a file, and makes a program of one that is to be one", () =>
    Effect.gen(function* () {
      const root = freshRoot()
      const mode = (file: string) => fs.statSync(path.join(root, file)).mode & 0o777
      yield* using(root, (workspace) =>
        Effect.gen(function* () {
          yield* workspace.prepare(ours)
          yield* workspace.write("run.sh", "one", { executable: true })
          yield* workspace.write("secret.txt", "one")
          assert.strictEqual(mode("run.sh") & 0o100, 0o100)
          assert.strictEqual(mode("secret.txt") & 0o111, 0)
          fs.chmodSync(path.join(root, "secret.txt"), 0o600)
          yield* workspace.write("run.sh", "two")
          yield* workspace.write("secret.txt", "two")
          assert.strictEqual(mode("run.sh") & 0o100, 0o100)
          assert.strictEqual(mode("secret.txt"), 0o600)
          // The same content, and another wish.
          yield* workspace.write("secret.txt", "two", { executable: true })
          assert.strictEqual(mode("secret.txt"), 0o700)
          yield* workspace.restore([Artefact.make("run.sh", "two", { executable: false })])
          assert.strictEqual(mode("run.sh") & 0o111, 0)
        })
      )
    })
  )

  it.effect("gives a file that takes the place of a link no permissions of the link", () =>
    Effect.gen(function* () {
      const root = freshRoot()
      put(root, "run.sh", "theirs")
      fs.symlinkSync("run.sh", path.join(root, "link.txt"))
      yield* run(root, { "link.txt": "text" }, { force: true })
      assert.isFalse(fs.lstatSync(path.join(root, "link.txt")).isSymbolicLink())
      assert.strictEqual(fs.lstatSync(path.join(root, "link.txt")).mode & 0o111, 0)
    })
  )

  it.effect("keeps what tools and people have added, and does not write over it", () =>
    Effect.gen(function* () {
      const root = freshRoot()
      yield* run(root, { "backend/package.json": "{}" })
      put(root, "backend/node_modules/x/index.js", "x")
      put(root, "notes.txt", "mine")
      yield* run(root, { "backend/package.json": "{}" })
      const error = yield* Effect.flip(run(root, { "notes.txt": "generated" }))
      assert.strictEqual(error.reason, "foreign")
      assert.strictEqual(read(root, "notes.txt"), "mine")
      assert.strictEqual(read(root, "backend/node_modules/x/index.js"), "x")
    })
  )

  it.effect(
    "loses the files of an earlier run that are no longer made, with folders left empty, but not edited ones",
    () =>
      Effect.gen(function* () {
        const root = freshRoot()
        yield* run(root, { "old/deep/a.txt": "a", "old2/b.txt": "b", "c.txt": "c" })
        put(root, "old2/mine.txt", "mine")
        yield* run(root, { "c.txt": "c" })
        assert.deepStrictEqual(fs.readdirSync(root).sort(), [".troupe", "c.txt", "old2"])
        assert.deepStrictEqual(fs.readdirSync(path.join(root, "old2")), ["mine.txt"])
      })
  )

  it.effect("is still ours after a run that did not end", () =>
    Effect.gen(function* () {
      const root = freshRoot()
      yield* using(root, (workspace) => Effect.zipRight(workspace.prepare(ours), workspace.write("a.txt", "half way")))
      // As a kill in the middle of a line, and of a file, leaves them.
      fs.appendFileSync(path.join(root, ".troupe", "manifest.jsonl"), '{"path":"b.tx')
      put(root, ".troupe/1234.half", "ha")
      yield* run(root, { "a.txt": "whole" })
      assert.strictEqual(read(root, "a.txt"), "whole")
      assert.deepStrictEqual(fs.readdirSync(path.join(root, ".troupe")), ["lock", "manifest.jsonl"])
    })
  )

  it.effect("does not follow a link out of itself", () =>
    Effect.gen(function* () {
      const root = freshRoot()
      const elsewhere = freshRoot()
      fs.mkdirSync(elsewhere, { recursive: true })
      fs.mkdirSync(root, { recursive: true })
      fs.symlinkSync(elsewhere, path.join(root, "docs"))
      fs.symlinkSync(path.join(elsewhere, "file"), path.join(root, "link"))
      fs.mkdirSync(path.join(root, "inside"))
      fs.symlinkSync(path.join(root, "inside"), path.join(root, "ok"))
      for (const file of ["docs/a.txt", "docs/b/c.txt"]) {
        const error = yield* Effect.flip(run(root, { [file]: "text" }, { force: true }))
        assert.strictEqual(error.reason, "outside")
      }
      yield* run(root, { "ok/a.txt": "text" }, { force: true })
      assert.strictEqual(read(root, "inside/a.txt"), "text")
      fs.writeFileSync(path.join(elsewhere, "file"), "theirs")
      assert.strictEqual((yield* Effect.flip(run(root, { link: "text" }, { force: true }))).reason, "outside")
      assert.strictEqual(fs.readFileSync(path.join(elsewhere, "file"), "utf8"), "theirs")
    })
  )

  it.effect("does not write its notes through a link that somebody left there", () =>
    Effect.gen(function* () {
      const elsewhere = freshRoot()
      put(elsewhere, "victim", "theirs")
      put(elsewhere, "x.half", "theirs")
      const lock = freshRoot()
      fs.mkdirSync(path.join(lock, ".troupe"), { recursive: true })
      fs.symlinkSync(path.join(elsewhere, "victim"), path.join(lock, ".troupe/lock"))
      const home = freshRoot()
      fs.mkdirSync(home, { recursive: true })
      fs.symlinkSync(elsewhere, path.join(home, ".troupe"))
      for (const root of [lock, home]) {
        for (const force of [false, true]) {
          const error = yield* Effect.flip(run(root, { "a.txt": "a" }, { force }))
          assert.strictEqual(error.reason, "outside")
          assert.include(error.message, ".troupe")
        }
      }
      assert.strictEqual(read(elsewhere, "victim"), "theirs")
      assert.deepStrictEqual(fs.readdirSync(elsewhere).sort(), ["victim", "x.half"])
    })
  )

  it.effect("removes nothing outside itself, whatever its notes claim or a folder has become since", () =>
    Effect.gen(function* () {
      const root = freshRoot()
      put(path.dirname(root), "victim.txt", "a")
      put(
        root,
        ".troupe/manifest.jsonl",
        `${JSON.stringify({ path: "../victim.txt", sha256: Artefact.digest("a") })}\n`
      )
      yield* run(root, { "docs/a.txt": "a" })
      assert.strictEqual(read(path.dirname(root), "victim.txt"), "a")
      // Somebody moves the folder away and leaves a link.
      fs.renameSync(path.join(root, "docs"), path.join(path.dirname(root), "moved"))
      fs.symlinkSync(path.join(path.dirname(root), "moved"), path.join(root, "docs"))
      yield* run(root, { "b.txt": "b" })
      assert.strictEqual(read(path.dirname(root), "moved/a.txt"), "a")
    })
  )

  it.effect("that cannot be one says why", () =>
    Effect.gen(function* () {
      const root = freshRoot()
      put(path.dirname(root), "out", "a file")
      const error = yield* Effect.flip(run(root, { "a.txt": "a" }))
      assert.strictEqual(error.reason, "unwritable")
      assert.include(error.message, "a file stands where a folder is needed")
      const below = yield* Effect.flip(run(path.join(root, "below"), { "a.txt": "a" }))
      assert.strictEqual(below.reason, "unwritable")
    })
  )

  it.effect("in which another run works is refused, and what that has written stays", () =>
    Effect.gen(function* () {
      const root = freshRoot()
      yield* using(root, (workspace) =>
        Effect.gen(function* () {
          yield* workspace.prepare(ours)
          yield* workspace.write("a.txt", "a")
          for (const options of [{}, { force: true }]) {
            const error = yield* Effect.flip(run(root, { "b.txt": "b" }, options))
            assert.strictEqual(error.reason, "busy")
            assert.include(error.message, `process ${process.pid} on ${os.hostname()}`)
          }
          yield* workspace.finish({ keep: ["a.txt"], removeStale: true })
        })
      )
      assert.deepStrictEqual(fs.readdirSync(root).sort(), [".troupe", "a.txt"])
      yield* run(root, { "a.txt": "a" })
    })
  )

  it.effect("is not written to through a link to the notes, or to git's", () =>
    Effect.gen(function* () {
      const root = freshRoot()
      for (const folder of [".git/hooks", ".troupe"]) {
        fs.mkdirSync(path.join(root, folder), { recursive: true })
        const link = `to${folder.replaceAll("/", "")}`
        fs.symlinkSync(path.join(root, folder), path.join(root, link))
        const error = yield* Effect.flip(run(root, { [`${link}/x`]: "text" }, { force: true }))
        assert.strictEqual(error.reason, "outside")
        assert.isFalse(fs.existsSync(path.join(root, folder, "x")))
      }
    })
  )

  it.effect("says which file is in the way of a folder, or folder of a file", () =>
    Effect.gen(function* () {
      const root = freshRoot()
      const inTheWay = yield* Effect.flip(run(root, { a: "text", "a/b.txt": "text" }))
      assert.strictEqual(inTheWay.path, "a/b.txt")
      const other = yield* Effect.flip(run(freshRoot(), { "a/b.txt": "text", a: "text" }))
      assert.include(other.message, "a folder stands where a file is needed")
    })
  )

  it.effect(
    "that was prepared beforehand is gone again where no run came, with those above it; what stood there stays",
    () =>
      Effect.gen(function* () {
        const prepared = (root: string) => Effect.scoped(Layer.build(NodeWorkspace.layerPrepared({ root, ...ours })))
        const root = freshRoot()
        yield* prepared(root)
        assert.isFalse(fs.existsSync(path.dirname(root)))
        fs.mkdirSync(root, { recursive: true })
        yield* prepared(root)
        assert.deepStrictEqual(fs.readdirSync(root), [])
        yield* run(root, { "a.txt": "a" })
        yield* prepared(root)
        assert.deepStrictEqual(fs.readdirSync(root).sort(), [".troupe", "a.txt"])
      })
  )

  it.scoped("that was prepared beforehand is handed to one run, and refused to the next while that works", () =>
    Effect.gen(function* () {
      const root = freshRoot()
      const workspace = yield* Effect.map(Layer.build(NodeWorkspace.layerPrepared({ root, ...ours })), (context) =>
        Context.get(context, Workspace)
      )
      assert.deepStrictEqual(fs.readdirSync(root), [".troupe"])
      yield* workspace.prepare(ours)
      yield* workspace.write("a.txt", "a")
      assert.strictEqual((yield* Effect.flip(workspace.prepare(ours))).reason, "busy")
      assert.strictEqual((yield* Effect.flip(run(root, {}))).reason, "busy")
    })
  )
})
