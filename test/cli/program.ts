/**
 * The built program, as people run it: bundled once for a test file, in a package of its own inside `node_modules`, so
 * that team modules beside it find `troupe` and `effect` as they do in a clone.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { copyFileSync, mkdirSync, rmSync } from "node:fs"
import { join } from "node:path"
import { build } from "tsdown"
import { afterAll, beforeAll, vi } from "vitest"
import settings from "../../tsdown.config.ts"

const repository = new URL("../..", import.meta.url).pathname

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
  readonly millis: number
}

export interface Started {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
  /** Resolves once stderr holds what the pattern looks for. */
  readonly said: (pattern: RegExp) => Promise<void>
}

export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>
  /** Default: the test's own folder. */
  readonly cwd?: string
  /** As somebody to whom permissions apply, also where the tests run as root. Default `false`. */
  readonly permissionsApply?: boolean
}

/** Takes from root what lets it pass by the permissions of files (`setpriv` of util-linux). */
const bound = process.getuid?.() === 0 ? ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"] : []

/** Builds before the tests of this file, and cleans up after them. */
export const useProgram = () => {
  // Each test starts a few processes, which on a busy machine take seconds.
  vi.setConfig({ testTimeout: 60_000 })
  const home = join(repository, "node_modules", ".cache", `troupe-test-${process.pid}`)
  const folder = join(home, "work")
  beforeAll(async () => {
    mkdirSync(folder, { recursive: true })
    copyFileSync(join(repository, "package.json"), join(home, "package.json"))
    await build({
      ...settings,
      config: false,
      cwd: repository,
      entry: { main: "cli/main.ts", index: "src/index.ts" },
      outDir: join(home, "dist"),
      dts: false,
      clean: false,
      logLevel: "error"
    })
  }, 120_000)
  afterAll(() => rmSync(home, { recursive: true, force: true }))

  const main = join(home, "dist", "main.js")

  const start = (args: ReadonlyArray<string>, options?: StartOptions): Started => {
    const began = performance.now()
    const { PATH = "", HOME = "" } = process.env
    const [command, ...before] = options?.permissionsApply === true ? [...bound, process.execPath] : [process.execPath]
    const child = spawn(command!, [...before, main, ...args], {
      cwd: options?.cwd ?? folder,
      env: { PATH, HOME, ...options?.env },
      stdio: ["ignore", "pipe", "pipe"]
    })
    let stdout = ""
    let stderr = ""
    const waiting: Array<{ readonly pattern: RegExp; readonly resolve: () => void }> = []
    child.stdout.on("data", (chunk) => {
      stdout += chunk
    })
    child.stderr.on("data", (chunk) => {
      stderr += chunk
      for (const one of waiting) if (one.pattern.test(stderr)) one.resolve()
    })
    const ended = new Promise<Ended>((resolve) => {
      child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr, millis: performance.now() - began }))
    })
    const said = (pattern: RegExp) =>
      Promise.race([
        new Promise<void>((resolve) => {
          if (pattern.test(stderr)) resolve()
          else waiting.push({ pattern, resolve })
        }),
        ended.then((end) => {
          if (!pattern.test(end.stderr)) throw new Error(`ended without ${pattern}:\n${end.stderr}`)
        })
      ])
    return { child, ended, said }
  }

  return {
    folder,
    home,
    main,
    start,
    run: (args: ReadonlyArray<string>, options?: StartOptions) => start(args, options).ended
  }
}
