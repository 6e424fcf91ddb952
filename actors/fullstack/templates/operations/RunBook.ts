/**
 * `docs/operations/run-book.md`: what to do when an alert comes, and how to save, restore and roll back.
 *
 * @since 0.1.0
 */
import type { GeneratedFile, Project } from "../../Project.ts"
import { type DeployNames, databaseFile, dataFolder } from "../deploy/DeployNames.ts"
import * as Yaml from "../deploy/Yaml.ts"
import * as Markdown from "../documents/Markdown.ts"
import type { Alert } from "./Alerts.ts"

/**
 * The run book.
 *
 * @category constructors
 */
export const runBook = (
  project: Pick<Project, "name">,
  names: DeployNames,
  alerts: ReadonlyArray<Alert>
): GeneratedFile => ({
  path: "docs/operations/run-book.md",
  content: Markdown.document([
    `# Run book of ${Markdown.text(project.name.written)}`,
    `Commands are run from the project's root. On one machine the parts are called \`backend\` and \`frontend\`; on Kubernetes they are ` +
      `\`deployment/${names.backend}\` and \`deployment/${names.frontend}\` in the namespace \`${names.base}\`.`,
    "## Alerts",
    ...alerts.flatMap((alert) => section(alert, names)),
    "## Backup",
    `All data is in the one file \`${databaseFile}\` and the \`-wal\` and \`-shm\` files beside it. Copying it while the backend writes can give a torn ` +
      "copy; `VACUUM INTO` makes a whole one without stopping anything. It needs as much free space as the database is large. " +
      "Nothing makes backups by itself: put these lines into a timer, keep the copies in another place, and restore one now and then.",
    sh(
      `docker compose -f deploy/compose.yaml exec -T backend ${vacuum}`,
      `docker compose -f deploy/compose.yaml exec -T backend cat ${COPY} > backup.db`,
      `docker compose -f deploy/compose.yaml exec -T backend rm ${COPY}`
    ),
    "On Kubernetes:",
    sh(
      `kubectl -n ${names.base} exec deployment/${names.backend} -- ${vacuum}`,
      `kubectl -n ${names.base} exec deployment/${names.backend} -- cat ${COPY} > backup.db`,
      `kubectl -n ${names.base} exec deployment/${names.backend} -- rm ${COPY}`
    ),
    "## Restore",
    "What was written after the backup is lost. The backend must be stopped: it would go on writing into the old file.",
    sh(
      "docker compose -f deploy/compose.yaml stop backend",
      `docker compose -f deploy/compose.yaml run --rm -T --no-deps backend sh -c '${replace}' < backup.db`,
      "docker compose -f deploy/compose.yaml up --wait"
    ),
    "On Kubernetes a pod of its own holds the volume while the backend is away. Put the image in that " +
      "`deploy/kubernetes/kustomization.yaml` names:",
    sh(
      `kubectl -n ${names.base} scale deployment/${names.backend} --replicas=0`,
      "kubectl apply -f - <<'POD'",
      restorePod(names).trimEnd(),
      "POD",
      `kubectl -n ${names.base} wait --for=condition=Ready pod/${names.base}-restore`,
      `kubectl -n ${names.base} exec -i ${names.base}-restore -- sh -c '${replace}' < backup.db`,
      `kubectl -n ${names.base} delete pod ${names.base}-restore`,
      `kubectl -n ${names.base} scale deployment/${names.backend} --replicas=1`
    ),
    "## Roll-back",
    "Make a backup before every deployment. A backend that is rolled back brings the tables back to its own schema when it starts: what it " +
      "does not know is dropped where it is empty, and where it holds values the backend does not start. Then restore that backup.",
    "On one machine, check out the version before and build it again:",
    sh("git checkout LAST_GOOD_VERSION", "docker compose -f deploy/compose.yaml up --build --wait"),
    "On Kubernetes, put the former tag back into `deploy/kubernetes/kustomization.yaml` and apply it. In a hurry:",
    sh(
      `kubectl -n ${names.base} rollout undo deployment/${names.backend}`,
      `kubectl -n ${names.base} rollout undo deployment/${names.frontend}`,
      `kubectl -n ${names.base} rollout status deployment/${names.backend}`
    )
  ])
})

const section = (alert: Alert, names: DeployNames): ReadonlyArray<string> => {
  const here = (line: string) => `- ${line.replaceAll("NAMESPACE", names.base)}`
  return [
    `### ${alert.name}`,
    `${alert.severity === "page" ? "Wakes somebody." : "Can wait for the morning."} ${alert.summary} ${alert.meaning}`,
    `Look:\n\n${alert.look.map(here).join("\n")}`,
    `Act:\n\n${alert.act.map(here).join("\n")}`
  ]
}

/** Where a backup lies until it is fetched. */
const COPY = `${dataFolder}/backup.db`

/** The image has no SQLite program, but the backend's own client. */
export const vacuumScript =
  'import { createClient } from "@libsql/client"; ' +
  `await createClient({ url: "file:" + process.env.DATABASE_FILE }).execute({ sql: "VACUUM INTO ?", args: ["${COPY}"] })`

const vacuum = `node --input-type=module -e '${vacuumScript}'`

/** The log of the old file must go with it: SQLite would play it into the new one. */
const replace = `cat > ${databaseFile}.new && rm -f ${databaseFile}-wal ${databaseFile}-shm && mv ${databaseFile}.new ${databaseFile}`

const sh = (...lines: ReadonlyArray<string>) => `\`\`\`sh\n${lines.join("\n")}\n\`\`\``

const restorePod = (names: DeployNames) =>
  Yaml.render(
    [],
    [
      {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: `${names.base}-restore`, namespace: names.base },
        spec: {
          restartPolicy: "Never",
          automountServiceAccountToken: false,
          securityContext: {
            runAsNonRoot: true,
            runAsUser: 1_000,
            fsGroup: 1_000,
            seccompProfile: { type: "RuntimeDefault" }
          },
          containers: [
            {
              name: "restore",
              image: `${names.backend}:local`,
              command: ["sleep", "3600"],
              securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
              volumeMounts: [{ name: "database", mountPath: dataFolder }]
            }
          ],
          volumes: [{ name: "database", persistentVolumeClaim: { claimName: names.database } }]
        }
      }
    ]
  )
