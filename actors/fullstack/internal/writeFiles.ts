/** Writes what an agent has generated. */
import { Effect } from "effect"
import type { Assignment } from "../../../src/team/Agent.ts"
import type { GeneratedFile } from "../Project.ts"

/** Eight files at once: each waits for the disk some ten times, and meanwhile others can be worked out. */
export const writeFiles = (
  assignment: Pick<Assignment<unknown, unknown>, "write">,
  files: ReadonlyArray<GeneratedFile>
): ReturnType<Assignment<unknown, unknown>["write"]> =>
  Effect.forEach(files, ({ content, path }) => assignment.write(path, content), { concurrency: 8, discard: true })
