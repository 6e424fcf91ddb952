/** Writes what an agent has generated. */
import { Effect } from "effect"
import type { Assignment } from "../../../src/team/Agent.ts"
import type { WorkspaceError } from "../../../src/team/Workspace.ts"
import type { GeneratedFile } from "../Project.ts"

/** Eight files at once, as the workspace restores them: one waits for the disk at each of its steps, others go on. */
export const writeFiles = (
  assignment: Pick<Assignment<unknown, unknown>, "write">,
  files: ReadonlyArray<GeneratedFile>
): Effect.Effect<void, WorkspaceError> =>
  Effect.forEach(files, ({ content, path }) => assignment.write(path, content), { concurrency: 8, discard: true })
