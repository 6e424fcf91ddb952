/** An assignment that keeps in memory what an agent does with it, for tests of one agent without a team. */
import { Effect } from "effect"
import type * as Agent from "../../../src/team/Agent.ts"

export interface Kept {
  readonly files: Map<string, string>
  readonly progress: Array<string>
  readonly tokens: Array<{ readonly input: number | undefined; readonly output: number | undefined }>
}

export const make = (
  name: string,
  options: {
    readonly input: unknown
    readonly results?: Readonly<Record<string, unknown>>
    readonly model?: string
  }
): { readonly assignment: Agent.Assignment<unknown, unknown>; readonly kept: Kept } => {
  const kept: Kept = { files: new Map(), progress: [], tokens: [] }
  const assignment: Agent.Assignment<unknown, unknown> = {
    runId: "run",
    agent: name,
    attempt: 1,
    input: options.input,
    model: options.model,
    // biome-ignore lint/suspicious/noExplicitAny: the test hands in what the agent asks for
    result: (agent) => options.results?.[agent.name] as any,
    files: () => [],
    progress: (message) => Effect.sync(() => void kept.progress.push(message)),
    write: (path, content) => Effect.sync(() => void kept.files.set(path, String(content))),
    tokens: (used) => Effect.sync(() => void kept.tokens.push(used)),
    part: () => Effect.die("the agents that are tested alone have no parts"),
    verdict: () => Effect.void
  }
  return { assignment, kept }
}
