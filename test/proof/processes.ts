/** The processes of this machine, as seen from outside by `ps`. */
import { execFileSync } from "node:child_process"

export interface Process {
  readonly pid: number
  readonly parent: number
  readonly command: string
}

/** All that live; one that has ended and waits to be collected does not. */
export const all = (): ReadonlyArray<Process> =>
  execFileSync("ps", ["-A", "-o", "pid=", "-o", "ppid=", "-o", "stat=", "-o", "args="], { encoding: "utf8" })
    .split("\n")
    .flatMap((line) => {
      const [, pid, parent, state, command] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? []
      if (pid === undefined || command === undefined || state!.startsWith("Z")) return []
      return [{ pid: Number(pid), parent: Number(parent), command }]
    })

/** A process with its children, their children, and so on. */
export const family = (pid: number): ReadonlyArray<Process> => {
  const alive = all()
  const members = new Set([pid])
  // A child may stand before its parent, so until nobody new is found.
  for (let before = 0; before < members.size; ) {
    before = members.size
    for (const one of alive) if (members.has(one.parent)) members.add(one.pid)
  }
  return alive.filter((one) => members.has(one.pid))
}

/** Those that still live. A number that was given to another program meanwhile does not count. */
export const alive = (processes: ReadonlyArray<Process>): ReadonlyArray<Process> =>
  all().filter((now) => processes.some(({ command, pid }) => pid === now.pid && command === now.command))
