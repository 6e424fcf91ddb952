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

export interface Doors extends Pick<Folder, "prepare" | "isBusy" | "write" | "read" | "readBytes"> {
  readonly root: string
}

/** Puts a fence around what an attempt finds in its context. */
export const of =
  (fence: Fence, doors: Doors) =>
  <R>(context: Context.Context<R>): Context.Context<R> => {
    const subprocess = Context.getOption(context as Context.Context<Subprocess>, Subprocess)
    const tasks = Context.getOption(context as Context.Context<BackgroundTasks>, BackgroundTasks)
    const fenced: Array<Context.Context<never>> = [Context.make(Workspace, folder(doors)) as Context.Context<never>]
    if (Option.isSome(subprocess)) fenced.push(Context.make(Subprocess, processes(fence, subprocess.value)) as never)
    if (Option.isSome(tasks))
      fenced.push(Context.make(BackgroundTasks, starts(fence, tasks.value, subprocess)) as never)
    return Context.mergeAll(context, ...fenced) as Context.Context<R>
  }

const folder = (doors: Doors): Folder => {
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
