/**
 * What site-reliability-engineer writes: objectives, alert rules, run book and sizing.
 *
 * @since 0.1.0
 */
import type { GeneratedFile, Project } from "../../Project.ts"
import { type Deployment, Operations, type Quality } from "../../Results.ts"
import * as Sizing from "../../Sizing.ts"
import * as DeployNames from "../deploy/DeployNames.ts"
import { alerts, recordings } from "./Alerts.ts"
import { monitoring } from "./Monitoring.ts"
import * as Objectives from "./Objectives.ts"
import { type Objective, objectivesPage } from "./ObjectivesPage.ts"
import { runBook } from "./RunBook.ts"
import { sizingPage } from "./SizingPage.ts"

/** The parts of the project that decide the files; nothing else is read. */
export type OperateInput = Pick<Project, "name" | "scale" | "constraints" | "features">

/**
 * All files, and the facts that the coordinator relies on. Pure: the same values give the same bytes.
 *
 * @category constructors
 */
export const generate = (
  project: OperateInput,
  deployment: Deployment,
  quality: Quality
): { readonly files: ReadonlyArray<GeneratedFile>; readonly operations: Operations } => {
  const names = DeployNames.of(project)
  const sizing = Sizing.of(project)
  const objectives = Objectives.of(project)
  const all = alerts(project, names, sizing, objectives)
  const promises: ReadonlyArray<Objective> = [
    { name: "Availability", target: `${objectives.availability} % of a month`, metric: "job:unavailability:ratio3d" },
    {
      name: "Answer time",
      target: `95 of 100 requests within ${objectives.latencySeconds} s`,
      metric: Objectives.series.duration
    },
    { name: "Errors", target: "below 5 % in any hour", metric: "job:http_errors:ratio_rate1h" }
  ]
  const files = [
    objectivesPage(project, objectives, promises, quality),
    ...monitoring(names, recordings(names), all),
    runBook(project, names, all),
    sizingPage(project, sizing, deployment)
  ]
  return {
    files,
    operations: new Operations({
      objectives: promises,
      alerts: all.map(({ name }) => name),
      files: files.map(({ path }) => path)
    })
  }
}
