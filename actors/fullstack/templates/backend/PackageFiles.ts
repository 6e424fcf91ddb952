/**
 * What stands around the generated sources: manifest and lock file, compiler and test settings, and the README.
 *
 * The lock file was made by npm once, for exactly these dependencies and without addresses of a registry, so that any
 * registry or cache will do. `lock.json` holds it; a test compares it with the manifest.
 *
 * @since 0.1.0
 */
import { jsonFile } from "../../internal/Layout.ts"
import { type GeneratedFile, type Project, refers } from "../../Project.ts"
import { code, table, text } from "../documents/Markdown.ts"
import lock from "./lock.json" with { type: "json" }

/** The manifest and its lock: what installing needs. */
export const manifests = (project: Project): ReadonlyArray<GeneratedFile> => {
  const name = `${project.name.kebab.slice(0, 200)}-backend`
  const manifest = {
    name,
    version: "0.1.0",
    private: true,
    type: "module",
    engines: lock.packages[""].engines,
    scripts: {
      build: "tsc -p tsconfig.build.json",
      start: "node dist/server.js",
      test: "vitest run",
      typecheck: "tsc --noEmit"
    },
    dependencies: lock.packages[""].dependencies,
    devDependencies: lock.packages[""].devDependencies
  }
  const locked = { ...lock, name, packages: { ...lock.packages, "": { ...lock.packages[""], name } } }
  return [
    { path: "package.json", content: jsonFile(manifest) },
    // Laid out as npm does it, which rewrites it.
    { path: "package-lock.json", content: `${JSON.stringify(locked, null, 2)}\n` }
  ]
}

/** Settings of compiler and tests. */
export const settings: ReadonlyArray<GeneratedFile> = [
  { path: ".gitignore", content: "node_modules/\ndist/\n*.db\n*.db-shm\n*.db-wal\n" },
  {
    path: "tsconfig.json",
    content: jsonFile({
      compilerOptions: {
        target: "ES2022",
        lib: ["ES2023"],
        types: ["node"],
        module: "NodeNext",
        strict: true,
        exactOptionalPropertyTypes: true,
        noUncheckedIndexedAccess: true,
        noFallthroughCasesInSwitch: true,
        noUnusedLocals: true,
        verbatimModuleSyntax: true,
        isolatedModules: true,
        rewriteRelativeImportExtensions: true,
        resolveJsonModule: true,
        allowJs: true,
        checkJs: true,
        skipLibCheck: true,
        noEmit: true
      },
      include: ["src", "test", "vitest.config.ts"]
    })
  },
  {
    path: "tsconfig.build.json",
    content: jsonFile({
      extends: "./tsconfig.json",
      compilerOptions: { noEmit: false, rootDir: "src", outDir: "dist" },
      include: ["src/**/*.ts", "src/**/*.js", "src/**/*.json"]
    })
  },
  {
    path: "vitest.config.ts",
    content: `import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: "test/support/folder.ts",
    // Every test file has a service and a database of its own, so they may share a process.
    isolate: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
`
  }
]

/** Who may do what, where there are accounts. */
const whoMay = (project: Project): string => `## Who may do what

The first account is the administrator. From then on registration is closed: the administrator opens it by
\`PUT /api/auth/registration\`, or makes one-time links by \`POST /api/auth/invitations\`, good for 7 days. The
administrator alone sees accounts and invitations${project.features.has("audit-log") ? ", and reads the audit log" : ""}, and may see and change every record.

${table(
  ["Entity", "Who sees", "Who changes and deletes"],
  project.entities.map((entity) => [
    text(entity.name.title),
    seers[entity.access ?? "owner"],
    changers[entity.access ?? "owner"]
  ])
)}

What an account may not see answers as what is not there, 404; what it may see but not change answers 403. A deletion
that would take along what the account may not delete answers 409. A reference to something that others may not see
shows its id and nothing else. In an entity that only its creator sees, unique means unique for one creator. Records
from before there were accounts are the administrator's.

Who guesses passwords waits ever longer, counted by the client's address and the account together, so that nobody locks
an account for others. Behind a proxy that needs \`TRUST_PROXY\`; without it the header \`X-Forwarded-For\` is not believed.
To make another account the administrator, stop the service, and then:
\`sqlite3 data.db "UPDATE _account SET administrator = (email = 'ada@example.com')"\`.`

const seers = { owner: "every account", shared: "every account", private: "its creator, the administrator" } as const

const changers = {
  owner: "its creator, the administrator",
  shared: "every account",
  private: "its creator, the administrator"
} as const

/** `README.md`. */
export const readme = (project: Project): GeneratedFile => {
  const has = (feature: Parameters<Project["features"]["has"]>[0]) => project.features.has(feature)
  const folders = [
    "- `src/entities/`: one file for each entity, with the type of its rows and its table of fields. A new field goes here,\n  into `src/schema.ts` and `src/openapi.json`.",
    "- `src/records/`: what the table of fields means: validation, selection, storage.",
    "- `src/http/`: routes, bodies, queries, problems, metrics.",
    ...(has("user-authentication") ? ["- `src/auth/`: accounts, sessions, and the gate before `/api`."] : []),
    ...(has("audit-log") ? ["- `src/audit/`: the record of every change."] : []),
    "- `src/database.ts`: the SQLite file; one writer at a time, every write a transaction. `src/sqliteWorker.js` is the\n  thread that works with it, `src/migrate.ts` applies `src/schema.ts`.",
    "- `test/`: most tests talk HTTP to a real service with a database of its own, and name the criteria that they check."
  ]
  const collections = project.entities.map((entity) => [
    text(entity.name.title),
    code(entity.path),
    text(entity.description ?? "")
  ])
  return {
    path: "README.md",
    content: `# ${text(project.name.written)}: backend

An HTTP service on Node.js and SQLite. It needs Node.js 20.19 or later of 20, or 22.12 or later.

\`\`\`sh
npm ci
npm run build
npm start        # http://localhost:3000
npm test
\`\`\`

${variables}

## What it serves

\`GET /healthz\`, \`GET /metrics\` (Prometheus) and \`GET /openapi.json\` (the whole API in detail), and under \`/api\`:

${table(["Entity", "Path", ""], collections)}

Each path takes \`GET\` (list) and \`POST\`, each record \`GET\`, \`PATCH\` and \`DELETE\`. Lists take \`page\`, \`pageSize\`
(at most 100), \`sort=field\` or \`sort=-field\`, and \`field=value\`${has("search") ? "; `q` searches text" : ""}.
${has("csv-export") ? "The same filters with `.csv` after the path give everything as CSV.\n" : ""}${project.entities.some(refers) ? "`/labels?ids=` after the path of what refers to others names all that these records refer to.\n" : ""}Errors are \`application/problem+json\`; a method that a path does not take answers 405 and names those that it takes in
\`Allow\`.

A record comes with its \`ETag\`, which is its \`updatedAt\` in double quotes. \`PATCH\` and \`DELETE\` that send it back as
\`If-Match\` answer 412 where something else is stored by now. \`GET\` on \`/deletion\` below a record tells what deleting it
would take along.
${
  has("user-authentication")
    ? `
\`POST /api/auth/register\` or \`/api/auth/login\` with \`email\` and \`password\` sets the session's cookie; without it
everything else under \`/api\` answers 401. \`POST /api/auth/logout\` ends the session, \`DELETE /api/auth/sessions\` all
sessions of the account, \`GET /api/auth/me\` tells whose it is, \`POST /api/auth/password\` changes the password.

${whoMay(project)}
`
    : ""
}${
  has("audit-log")
    ? `
\`GET /api/audit-log\` lists every change: who, when, and each field before and after.${has("user-authentication") ? " For the administrator." : ""}
`
    : ""
}
## Where things are

${folders.join("\n")}

## Good to know

- Writes wait for each other and are synced to disk before they are answered. Run one process for each database file.
- To back up a running service: \`sqlite3 data.db ".backup copy.db"\`.
- The database file of an older version is brought up to this one with its rows; a new column gets its default.
  Where values would be lost or changed, or rows break a new rule, the service says which, changes nothing and does not
  start.
`
  }
}

const variables = table(
  ["Variable", "Default", "Meaning"],
  [
    ["`PORT`", "`3000`", "Where it listens."],
    ["`DATABASE_FILE`", "`data.db`", "The SQLite file; made when it does not exist."],
    [
      "`TRUST_PROXY`",
      "`0`",
      "How many reverse proxies stand before it. Set it to 1 behind one, so that clients have their own addresses."
    ],
    [
      "`REQUEST_TIMEOUT`",
      "`30`",
      "Seconds within which a request must have arrived whole, or it is answered 408. 0 waits for ever."
    ]
  ]
)
