/** Compose files against the published schema and the rules of a linter. */
import { DCLinter } from "dclint"

/** What is wrong with a file; empty when nothing is. */
export const composeProblems = (path: string) => {
  // Rules of taste are off: the order of keys, and where the project decides otherwise for a reason.
  const rules = Object.fromEntries(
    [
      "no-build-and-image", // an image that is built here has a name, so that it can be pushed
      "no-unbound-port-interfaces", // the frontend is there to be reached
      "require-quotes-in-ports", // no part of these is below 60, so YAML 1.1 reads them as text as well
      "require-project-name-field", // the second file is read together with the first
      "service-keys-order",
      "services-alphabetical-order",
      "service-ports-alphabetical-order",
      "service-dependencies-alphabetical-order",
      "top-level-properties-order"
    ].map((name) => [name, 0 as const])
  )
  const linter = new DCLinter({ rules, quiet: true, debug: false, exclude: [] })
  const results: ReadonlyArray<{ readonly messages: ReadonlyArray<unknown> }> = linter.lintFiles([path], false)
  return results.flatMap(({ messages }) => messages)
}
