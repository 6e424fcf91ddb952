/**
 * What descends from a command, also what has left its process group (`setsid`, a daemon): found by the control group that
 * the command was put into, where one can be made, else by a mark in the environment, which children inherit.
 *
 * A control group holds for certain. A mark is lost by a process that empties its environment before it leaves the group;
 * nothing else that needs no privilege finds more.
 */
import { spawnSync } from "node:child_process"
import { randomUUID } from "node:crypto"
import * as fs from "node:fs"
import * as path from "node:path"

/** The variable that marks the descendants of a command. Its value begins with that of the layer. */
export const variable = "TROUPE_SUBPROCESS"

/** Where the descendants of one layer's commands are looked for. */
export interface Descendants {
  /** The beginning of every mark of this layer. */
  readonly mark: string
  /** A folder of control groups, one for each command by its process id; empty where none can be made. */
  readonly groups: string
  /** Those alive. */
  readonly of: (command: number, mark: string) => ReadonlyArray<number>
  /** Ends them at once, the newest included. */
  readonly kill: (command: number, mark: string) => void
  /** Once nobody is left. */
  readonly forget: (command: number) => void
  readonly close: () => void
}

/** `controlGroups: false` goes by the mark alone. */
export const make = (options: { readonly controlGroups: boolean }): Descendants => {
  const mark = randomUUID()
  const groups = options.controlGroups ? controlGroup(`troupe-${mark}`) : ""
  const groupOf = (command: number) => (groups === "" ? undefined : path.join(groups, String(command)))
  const of: Descendants["of"] = (command, marked) => {
    const group = groupOf(command)
    // A command that could not be put there has no group.
    const members = group === undefined ? undefined : numbersIn(path.join(group, "cgroup.procs"))
    return members ?? markedBy(marked)
  }
  return {
    mark,
    groups,
    of,
    kill: (command, marked) => {
      const group = groupOf(command)
      if (group !== undefined && write(path.join(group, "cgroup.kill"), "1")) return
      for (const pid of of(command, marked)) end(pid)
    },
    forget: (command) => {
      const group = groupOf(command)
      if (group !== undefined) removeGroup(group)
    },
    close: () => {
      if (groups === "") return
      for (const name of foldersIn(groups)) removeGroup(path.join(groups, name))
      removeGroup(groups)
    }
  }
}

/**
 * Makes a control group below this process's own; empty where the system has none of version 2, or it is not ours to
 * divide. One that cannot be killed as a whole (Linux before 5.14) is of no use.
 */
const controlGroup = (name: string): string => {
  try {
    const mounts = fs.readFileSync("/proc/self/mountinfo", "utf8").split("\n")
    const mount = mounts.find((line) => line.includes(" - cgroup2 "))?.split(" ")[4]
    const own = /^0::(.*)$/m.exec(fs.readFileSync("/proc/self/cgroup", "utf8"))?.[1]
    if (mount === undefined || own === undefined) return ""
    const folder = path.join(mount, own, name)
    fs.mkdirSync(folder)
    try {
      fs.accessSync(path.join(folder, "cgroup.kill"), fs.constants.W_OK)
      fs.accessSync(path.join(mount, own, "cgroup.procs"), fs.constants.W_OK)
      return folder
    } catch {
      fs.rmdirSync(folder)
      return ""
    }
  } catch {
    return ""
  }
}

const numbersIn = (file: string): ReadonlyArray<number> | undefined => {
  try {
    return fs.readFileSync(file, "utf8").split("\n").filter(Boolean).map(Number)
  } catch {
    return undefined
  }
}

const markedBy = (mark: string): ReadonlyArray<number> => {
  const wanted = `${variable}=${mark}`
  return fs.existsSync("/proc/self/environ") ? inProc(wanted) : byPs(wanted)
}

const inProc = (wanted: string): ReadonlyArray<number> =>
  fs.readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name)) return []
    try {
      const variables = fs.readFileSync(`/proc/${name}/environ`, "latin1").split("\0")
      return variables.some((one) => one.startsWith(wanted)) ? [Number(name)] : []
    } catch {
      // Ended meanwhile, or somebody else's.
      return []
    }
  })

/** Where there is no `/proc`, as on macOS. Without a `ps` nobody is found: the command has ended all the same. */
const byPs = (wanted: string): ReadonlyArray<number> => {
  // Larger than Node's default of 1 MiB, which the environments of a busy machine exceed.
  const found = spawnSync("ps", ["axeww", "-o", "pid=,command="], {
    encoding: "utf8",
    timeout: 5000,
    maxBuffer: 64 * 1024 * 1024
  })
  // Not a string, whatever its type says, where the program could not be started.
  return String(found.stdout ?? "")
    .split("\n")
    .filter((line) => line.includes(` ${wanted}`))
    .map((line) => Number.parseInt(line, 10))
}

const end = (pid: number) => {
  try {
    process.kill(pid, "SIGKILL")
  } catch {
    // Ended meanwhile.
  }
}

const write = (file: string, text: string): boolean => {
  try {
    fs.writeFileSync(file, text)
    return true
  } catch {
    return false
  }
}

const foldersIn = (folder: string): ReadonlyArray<string> => {
  try {
    return fs.readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))
  } catch {
    return []
  }
}

const removeGroup = (folder: string) => {
  try {
    fs.rmdirSync(folder)
  } catch {
    // Somebody in it is still being ended by the system; an empty group costs nothing.
  }
}
