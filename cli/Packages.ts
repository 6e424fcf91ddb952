/**
 * The packages that the program needs and an app that embeds actors does not: optional peers, so that only who uses them
 * installs them. What is missing is said before anything is loaded, with the command that installs it.
 *
 * @since 0.1.0
 */

/** What of an invocation decides which packages it needs. @category models */
export interface Wishes {
  readonly model?: unknown
  readonly otlp?: unknown
  readonly "base-url"?: unknown
}

/** Of every command: the database, and the input file. */
const always = ["@effect/platform-node", "@effect/experimental", "@effect/sql", "@effect/sql-sqlite-node"]

/** The packages that an invocation needs, in the order of their names. @category constructors */
export const needed = (wishes: Wishes, environment: NodeJS.ProcessEnv): ReadonlyArray<string> => {
  const { model, otlp } = wishes
  const traced =
    typeof otlp === "string" ||
    (environment.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? "") !== "" ||
    (environment.OTEL_EXPORTER_OTLP_ENDPOINT ?? "") !== ""
  return [
    ...always,
    ...(traced ? ["@effect/opentelemetry"] : []),
    ...(typeof model === "string" ? ["@effect/ai"] : []),
    ...(typeof model === "string" && model.startsWith("anthropic:") ? ["@effect/ai-anthropic"] : []),
    // A server of one's own is asked without OpenAI's package.
    ...(typeof model === "string" && model.startsWith("openai:") && typeof wishes["base-url"] !== "string"
      ? ["@effect/ai-openai"]
      : [])
  ].sort()
}

/** Those of `packages` that cannot be found from here. @category combinators */
export const missing = (packages: ReadonlyArray<string>): ReadonlyArray<string> =>
  packages.filter((name) => {
    try {
      import.meta.resolve(`${name}/package.json`)
      return false
    } catch {
      return true
    }
  })

/** What to say about packages that are missing, with the command that installs them. @category constructors */
export const advice = (versions: Readonly<Record<string, string>>, packages: ReadonlyArray<string>): string => {
  const wanted = packages.map((name) => `"${name}@${versions[name]}"`).join(" ")
  const verb = packages.length > 1 ? "are" : "is"
  return `this command needs ${packages.join(", ")}, which ${verb} not installed. Run: npm install ${wanted}`
}
