/**
 * The key of an agent's result: everything that decides it, and nothing else. No time, no path of a machine, no order of
 * arrival; the team's name keeps apart two agents of different teams that happen to share a name.
 */
import * as CacheKey from "../../cache/CacheKey.ts"
import type * as Agent from "../Agent.ts"
import * as Artefact from "../Artefact.ts"

/** Raised when results of an older program must not be taken any more. */
const formatVersion = 3

export interface Upstream {
  /** `CacheKey.make` of the encoded output. */
  readonly digest: string
  readonly files: ReadonlyArray<Artefact.Artefact>
}

export const resultKey = (options: {
  readonly team: string
  readonly agent: Agent.Any
  readonly input: unknown
  /** `undefined` for an optional one that gave nothing. */
  readonly upstream: (name: string) => Upstream | undefined
  readonly fingerprint: Readonly<Record<string, string>>
  readonly model: string | undefined
}): string => {
  const { agent } = options
  return CacheKey.make({
    format: formatVersion,
    team: options.team,
    agent: agent.name,
    version: agent.version,
    input: options.input,
    results: Object.fromEntries(agent.dependsOn.map((name) => [name, options.upstream(name)?.digest ?? null])),
    files: Object.fromEntries(
      agent.filesOf.map((name) => [
        name,
        Object.fromEntries(
          (options.upstream(name)?.files ?? []).map((file) => [
            file.path,
            file.executable === true ? `${file.sha256} executable` : file.sha256
          ])
        )
      ])
    ),
    fingerprint: options.fingerprint,
    source: sourceOf(agent),
    model: agent.usesModel ? (options.model ?? null) : null
  })
}

/**
 * What of the agent's code can be seen: the text of its `run`, and the shapes that its schemas say. Of a bound function
 * there is no text, and of no function what it takes from around it.
 */
const sourceOf = (agent: Agent.Any): string =>
  Artefact.digest(
    [Function.prototype.toString.call(agent.run), agent.input.ast, agent.output.ast].map(String).join("\n")
  )
