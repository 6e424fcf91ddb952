/**
 * `docs/operations/sizing.md`: the planning figures, and what of them this project gets.
 *
 * @since 0.1.0
 */
import type { GeneratedFile, Project } from "../../Project.ts"
import type { Deployment } from "../../Results.ts"
import * as Sizing from "../../Sizing.ts"
import * as Markdown from "../documents/Markdown.ts"

/**
 * The page.
 *
 * @category constructors
 */
export const sizingPage = (
  project: Pick<Project, "name">,
  sizing: Sizing.Sizing,
  deployment: Deployment
): GeneratedFile => ({
  path: "docs/operations/sizing.md",
  content: Markdown.document([
    `# Sizing of ${Markdown.text(project.name.written)}`,
    "**All figures here are planning figures. None was measured on this project.** The rows `small`, `medium` and `large` are a given table; `enterprise` " +
      "is derived from it by repeating the steps from `medium` to `large` (users and traffic tenfold, processors and memory fourfold, disk and money " +
      "fivefold). Measure your own load before you buy, and again before you promise.",
    Markdown.table(
      ["Scale", "Users", "Processors", "Memory", "Disk", "Traffic a month", "US dollars a month"],
      Sizing.scales.map((scale) => {
        const row = Sizing.table[scale]
        return [
          scale === sizing.scale
            ? `**${scale}** (this project)`
            : scale === "enterprise"
              ? "enterprise (derived)"
              : scale,
          number(row.users),
          `${row.vcpu}`,
          `${row.memoryGb} GB`,
          `${number(row.diskGb)} GB`,
          `${number(row.trafficGb)} GB`,
          `${number(row.dollars[0])}–${number(row.dollars[1])}`
        ]
      })
    ),
    "## This project",
    chosen(sizing),
    Markdown.table(
      ["Part", "Replicas", "Processors: request, limit", "Memory: request, limit", "Disk"],
      [
        ["backend", "1", ...share(sizing.backend), `${number(sizing.databaseGib)} GiB for the database`],
        ["frontend", `${deployment.replicas.min}–${deployment.replicas.max}`, ...share(sizing.frontend), "none"]
      ]
    ),
    `The backend is held to ${deployment.resources.cpu} processor(s) and ${deployment.resources.memory}. With the frontend at its most replicas all limits ` +
      "together stay inside the row; the rest is for the system, the monitoring and head room. One backend process cannot use more than about four " +
      "processors, so larger rows do not make it larger: `deploy/README.md` says what to change then.",
    "## When to grow",
    "Compare with what Prometheus shows over a week: processor above 80 % of the limit, memory above 85 %, disk above 80 %, or an answer time above " +
      "the objective at ordinary load. The disk is not in the backend's own metrics; take it from the machine or the cluster."
  ])
})

const chosen = (sizing: Sizing.Sizing) => {
  const asked = `The requirements say scale \`${sizing.asked}\`, ${number(sizing.users)} users.`
  if (sizing.beyondTable)
    return `${asked} **That is more than the largest row holds (${number(sizing.row.users)}).** The figures are those of \`${sizing.scale}\`; they are too small.`
  return sizing.asked === sizing.scale
    ? asked
    : `${asked} That is more than \`${sizing.asked}\` holds (${number(Sizing.table[sizing.asked].users)}), so \`${sizing.scale}\` is used.`
}

const share = ({ cpuMillis, memoryMib }: Sizing.Share) => [
  `${cpuMillis.request / 1_000}, ${cpuMillis.limit / 1_000}`,
  `${Sizing.memory(memoryMib.request)}, ${Sizing.memory(memoryMib.limit)}`
]

const number = (value: number) => value.toLocaleString("en-US")
