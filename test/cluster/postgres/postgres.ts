/**
 * A PostgreSQL of its own on loopback, for as long as a test runs.
 *
 * The server ends with the process that started it, however that ends: it is watched over by a shell that reads from a
 * pipe nobody writes to, and the pipe breaks when its other end is gone.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process"
import { once } from "node:events"
import { chownSync, existsSync, mkdtempSync, rmSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"

export interface Postgres {
  readonly url: string
  readonly pid: number
  readonly folder: string
  /** Ends the server, cutting all connections, and starts it again after so many seconds; waits until it is back. */
  readonly restart: (seconds: number) => Promise<void>
  readonly stop: () => Promise<void>
}

/**
 * Where PostgreSQL's programs are; undefined if it is not installed, which is said. Where `CI` is set it throws instead: a
 * gate that proved nothing must not be green.
 */
export const binaries = (): string | undefined => {
  const found = folderOfBinaries()
  if (found !== undefined) return found
  const why = "PostgreSQL is not installed (pg_config was not found): install the package postgresql"
  if (process.env.CI) throw new Error(`${why}, or unset CI to skip what needs it.`)
  console.warn(`SKIPPED: ${why}; nothing about clusters was proved.`)
  return undefined
}

const folderOfBinaries = (): string | undefined => {
  try {
    const folder = execFileSync("pg_config", ["--bindir"], { encoding: "utf8", stdio: "pipe" }).trim()
    return existsSync(join(folder, "initdb")) ? folder : undefined
  } catch {
    return undefined
  }
}

/** PostgreSQL does not run as root: then it gets the user that its package made, or the one that owns nothing. */
const unprivileged = (): { readonly uid: number; readonly gid: number } | undefined => {
  if (process.getuid?.() !== 0) return undefined
  for (const user of ["postgres", "nobody"]) {
    try {
      const id = (what: string) => Number(execFileSync("id", [what, user], { encoding: "utf8", stdio: "pipe" }))
      return { uid: id("-u"), gid: id("-g") }
    } catch {
      // No such user: the next one.
    }
  }
  throw new Error("PostgreSQL refuses to run as root, and there is neither a user postgres nor a user nobody.")
}

/** So many different ones: all are held before the first is given back. */
export const freePorts = async (count: number): Promise<ReadonlyArray<number>> => {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, "127.0.0.1")
      await once(server, "listening")
      return server
    })
  )
  const ports = servers.map((server) => (server.address() as { readonly port: number }).port)
  await Promise.all(
    servers.map(async (server) => {
      server.close()
      await once(server, "close")
    })
  )
  return ports
}

export const start = async (bin: string, port: number): Promise<Postgres> => {
  const folder = mkdtempSync(join(tmpdir(), "troupe-postgres-"))
  const user = unprivileged()
  try {
    if (user !== undefined) chownSync(folder, user.uid, user.gid)
    const data = join(folder, "data")
    const environment = { PATH: process.env.PATH, LC_ALL: "C", TZ: "UTC" }
    execFileSync(join(bin, "initdb"), ["-D", data, "-U", "troupe", "-A", "trust", "-E", "UTF8", "--no-sync"], {
      ...user,
      cwd: folder,
      env: environment,
      stdio: "pipe"
    })
    const server = spawn(
      "sh",
      [
        "-c",
        `trap "" INT; "$@" & server=$!; echo $server
         while read seconds; do kill -INT $server; wait $server; sleep $seconds; "$@" & server=$!; done
         kill -INT $server; wait $server; rm -rf "$PWD"`,
        "sh",
        join(bin, "postgres")
      ]
        .concat(["-D", data, "-h", "127.0.0.1", "-p", String(port), "-k", folder])
        // Nobody pulls the plug of this machine.
        .concat(["-c", "fsync=off", "-c", "max_connections=100"]),
      { ...user, cwd: folder, env: environment, stdio: ["pipe", "pipe", "pipe"] }
    )
    const pid = await ready(server)
    return {
      url: `postgres://troupe@127.0.0.1:${port}/postgres`,
      pid,
      folder,
      restart: async (seconds) => {
        const back = ready(server)
        server.stdin.write(`${seconds}\n`)
        await back
      },
      stop: async () => {
        if (server.exitCode === null) {
          server.stdin.end()
          await once(server, "exit")
        }
        rmSync(folder, { recursive: true, force: true })
      }
    }
  } catch (error) {
    rmSync(folder, { recursive: true, force: true })
    throw error
  }
}

/** Waits until the server says that it takes connections, and gives its process id, which the shell said first. */
const ready = (server: ChildProcess): Promise<number> =>
  new Promise((resolve, reject) => {
    let said = ""
    let pid = Number.NaN
    server.stdout?.on("data", (chunk) => {
      pid = Number(String(chunk).split("\n")[0])
    })
    server.stderr?.on("data", (chunk) => {
      said += chunk
      if (said.includes("database system is ready to accept connections")) resolve(pid)
    })
    server.on("exit", () => reject(new Error(`PostgreSQL did not start:\n${said}`)))
  })
