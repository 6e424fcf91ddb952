/**
 * The key of an agent's result: everything that decides it, and nothing else. No time, no path of a machine, no order of
 * arrival; the team's name keeps apart two agents of different teams that happen to share a name.
 */
import * as CacheKey from "../../cache/CacheKey.ts"
import type * as Agent from "../Agent.ts"
import type { AnyPart, PartFiles } from "../AnyPart.ts"
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
  const parts = Object.fromEntries(agent.parts.map((part) => [part.name, partKey({ ...options, part })]))
  return CacheKey.make({
    format: formatVersion,
    team: options.team,
    agent: agent.name,
    version: agent.version,
    input: options.input,
    ...upstreamOf(agent.dependsOn, agent.filesOf.map(whole), options.upstream),
    fingerprint: options.fingerprint,
    source: sourceOf(agent.run, agent.input, agent.output),
    // Left out where there are none, so that an agent without parts keeps the keys it had.
    ...(agent.parts.length === 0 ? {} : { parts }),
    model: agent.usesModel ? (options.model ?? null) : null
  })
}

/** The key of a part: what decides it of all that decides its agent. */
export const partKey = (options: {
  readonly team: string
  readonly agent: Agent.Any
  readonly part: AnyPart
  readonly upstream: (name: string) => Upstream | undefined
  readonly fingerprint: Readonly<Record<string, string>>
  readonly model: string | undefined
}): string => {
  const { agent, part } = options
  return CacheKey.make({
    format: formatVersion,
    team: options.team,
    agent: agent.name,
    part: part.name,
    version: agent.version,
    ...upstreamOf(part.dependsOn, part.filesOf, options.upstream),
    fingerprint: options.fingerprint,
    source: sourceOf(part.run, part.output),
    model: agent.usesModel ? (options.model ?? null) : null
  })
}

const whole = (agent: string): PartFiles => ({ agent, wants: () => true })

const upstreamOf = (
  dependsOn: ReadonlyArray<string>,
  filesOf: ReadonlyArray<PartFiles>,
  upstream: (name: string) => Upstream | undefined
) => ({
  results: Object.fromEntries(dependsOn.map((name) => [name, upstream(name)?.digest ?? null])),
  files: Object.fromEntries(
    filesOf.map(({ agent }) => [
      agent,
      Object.fromEntries(
        (upstream(agent)?.files ?? [])
          .filter(({ path }) => filesOf.some((other) => other.agent === agent && other.wants(path)))
          .map((file) => [file.path, file.executable === true ? `${file.sha256} executable` : file.sha256])
      )
    ])
  )
})

/**
 * What of the author's code can be seen: the text of `run`, and the shapes that the schemas say. Of a bound function
 * there is no text, and of no function what it takes from around it.
 */
const sourceOf = (
  run: (...args: ReadonlyArray<never>) => unknown,
  ...schemas: ReadonlyArray<{ readonly ast: unknown }>
): string =>
  Artefact.digest([Function.prototype.toString.call(run), ...schemas.map(({ ast }) => ast)].map(String).join("\n"))
