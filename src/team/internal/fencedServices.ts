/**
 * The services of an attempt that do something outside of it, each ending with it: the output folder, subprocesses, and
 * the start of background tasks. What a background task does is the run's and goes on.
 */
import { Context, Effect, Option } from "effect"
import { BackgroundTasks } from "../../background/BackgroundTasks.ts"
import { Subprocess, SubprocessNotStarted, show } from "../../background/Subprocess.ts"
import { Workspace, WorkspaceError } from "../Workspace.ts"
import type { Fence } from "./attemptFence.ts"

type Folder = Workspace["Type"]

interface Doors extends Pick<Folder, "prepare" | "isBusy" | "write" | "read" | "readBytes"> {
  readonly root: string
}

/** Puts a fence around what an attempt finds in its context. */
export const of =
  (fence: Fence, folder: Folder) =>
  <R>(context: Context.Context<R>): Context.Context<R> => {
    // What `R` is only the agent knows: it may hold these two, and then they are replaced by services of the same type.
    const found = context as Context.Context<R | Subprocess | BackgroundTasks>
    const subprocess = Context.getOption(found, Subprocess)
    const tasks = Context.getOption(found, BackgroundTasks)
    let fenced = Context.add(found, Workspace, folder)
    if (Option.isSome(subprocess)) fenced = Context.add(fenced, Subprocess, processes(fence, subprocess.value))
    if (Option.isSome(tasks)) fenced = Context.add(fenced, BackgroundTasks, starts(fence, tasks.value, subprocess))
    return fenced as Context.Context<R>
  }

/** The output folder of an attempt: its doors, and none of those that are the run's. */
export const folder = (doors: Doors): Folder => {
  const refused = (what: string) => () =>
    new WorkspaceError({
      reason: "undeclared",
      path: doors.root,
      problem: `an agent called ${what}, which is the run's to do`,
      next: "Let it write and read single files."
    })
  return Workspace.of({ ...doors, restore: refused("restore"), finish: refused("finish") })
}

const processes = (fence: Fence, subprocess: Subprocess["Type"]): Subprocess["Type"] =>
  Subprocess.of({
    run: (command) =>
      fence.within(subprocess.run(command), () =>
        Effect.fail(
          new SubprocessNotStarted({
            command: show(command),
            cwd: command.cwd,
            reason: "refused",
            detail: fence.problem
          })
        )
      )
  })

/** A task may be joined by others and outlives the attempt, so it finds the subprocesses as they are outside of the fence. */
const starts = (
  fence: Fence,
  tasks: BackgroundTasks["Type"],
  subprocess: Option.Option<Subprocess["Type"]>
): BackgroundTasks["Type"] =>
  BackgroundTasks.of({
    ...tasks,
    start: (id, effect) =>
      Effect.suspend(() => {
        // Nobody is left to be told.
        if (!fence.isOpen) return Effect.interrupt
        return tasks.start(
          id,
          Option.isNone(subprocess)
            ? effect
            : Effect.mapInputContext(effect, (context: Context.Context<Effect.Effect.Context<typeof effect>>) =>
                Context.add(context, Subprocess, subprocess.value)
              )
        )
      })
  })
