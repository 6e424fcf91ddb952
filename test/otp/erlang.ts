/**
 * Real Erlang: plays scenarios on OTP's own supervisor and tells what was seen.
 */
import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import type { Hook, Item, Scenario, Seen, Spec, Step } from "../actor/model/scenario.ts"

const strategies = { "one-for-one": "one_for_one", "one-for-all": "one_for_all", "rest-for-one": "rest_for_one" }
const shutdowns = { never: "never", any: "any_significant", all: "all_significant" }

const tuple = (...parts: ReadonlyArray<string | number | boolean>) => `{${parts.join(",")}}`
const list = (parts: ReadonlyArray<string>) => `[${parts.join(",")}]`

const spec = (node: Spec): string =>
  node.kind === "worker"
    ? tuple("worker", node.id, node.restart, node.significant)
    : tuple(
        "supervisor",
        node.id,
        node.restart,
        node.significant,
        strategies[node.strategy],
        node.intensity,
        shutdowns[node.autoShutdown],
        list(node.children.map(spec))
      )

const item = (one: Item): string =>
  one._tag === "exit" ? tuple("exit", one.id, one.how) : tuple("add", spec(one.spec))

const step = (one: Step): string =>
  one._tag === "items"
    ? tuple("items", one.supervisor, list(one.items.map(item)))
    : tuple("remove", one.supervisor, one.id)

const hook = ({ at, count, how, victim, worker }: Hook): string => tuple(worker, at, count, victim, how)

/** The scenarios as terms, one a line. */
const terms = (scenarios: ReadonlyArray<Scenario>): string =>
  scenarios
    .map(({ failing, hooks, steps, tree }, n) => {
      const fails = Object.entries(failing).flatMap(([id, counts]) => counts.map((count) => tuple(id, count)))
      return `${tuple(n, spec(tree), list(fails), list(hooks.map(hook)), list(steps.map(step)))}.\n`
    })
    .join("")

const words = (text: string) => text.split(" ").filter((word) => word !== "")

/** The release of OTP found here, such as `25`; `undefined` if there is none. */
export const release = (): string | undefined => {
  const shown = spawnSync("erl", ["-noshell", "-eval", "io:put_chars(erlang:system_info(otp_release)), halt()."])
  return shown.status === 0 ? shown.stdout.toString() : undefined
}

/** What OTP does in each of the scenarios; as `outcome` of the model. */
export const replay = (scenarios: ReadonlyArray<Scenario>): ReadonlyArray<ReadonlyArray<Seen>> => {
  const folder = mkdtempSync(join(tmpdir(), "troupe-otp-"))
  try {
    const file = join(folder, "scenarios")
    writeFileSync(file, terms(scenarios))
    const script = fileURLToPath(new URL("replay.escript", import.meta.url))
    const played = spawnSync("escript", [script, file], { maxBuffer: 1 << 30, timeout: 600_000 })
    if (played.status !== 0) throw new Error(`Erlang ended with ${played.status}: ${played.stderr}${played.stdout}`)
    const seen: Array<Array<Seen>> = scenarios.map(() => [])
    for (const line of played.stdout.toString().split("\n")) {
      if (line === "") continue
      const [n, log, alive] = line.split(";")
      seen[Number(n)]!.push({ log: words(log!), alive: words(alive!) })
    }
    return seen
  } finally {
    rmSync(folder, { recursive: true })
  }
}
