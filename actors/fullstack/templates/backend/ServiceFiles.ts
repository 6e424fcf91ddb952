/**
 * The program itself: settings, start and stop, the database with its rules, and the order of the handlers.
 *
 * Plain text that `Sections.fill` makes fit for one project. Written as the files will stand, apart from escapes.
 *
 * @since 0.1.0
 */
import { databaseFiles } from "./DatabaseFiles.ts"
import { migrateFile } from "./MigrateFile.ts"
import type { TemplateFile } from "./Sections.ts"

export const serviceFiles: ReadonlyArray<TemplateFile> = [
  {
    path: "src/server.ts",
    text: `/** The program: starts the service and stops it in good order. */
import { startService } from "./service.ts";
import { readSettings } from "./settings.ts";

/** How long a load balancer may take to notice that no more requests should come. */
const DRAIN_MILLIS = 250;

try {
  const service = await startService(readSettings(process.env));
  console.log(\`Listening on \${service.url}\`);

  let stopping = false;
  const stop = async (signal: string) => {
    if (stopping) return;
    stopping = true;
    console.log(\`\${signal}: finishing the requests in hand\`);
    await service.close(DRAIN_MILLIS);
    process.exit(0);
  };
  process.on("SIGTERM", () => void stop("SIGTERM"));
  process.on("SIGINT", () => void stop("SIGINT"));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
`
  },
  {
    path: "src/service.ts",
    text: `/** The service as a whole: database, application and HTTP server, started and stopped together. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout } from "node:timers/promises";
import { createApp } from "./app.ts";
import { Database } from "./database.ts";
import { entities } from "./entities.ts";
import { createMetrics } from "./http/metrics.ts";
import { applySchema } from "./migrate.ts";
import type { Settings } from "./settings.ts";

/** How long requests in hand may take to finish after a stop was asked for. */
const GRACE_MILLIS = 10_000;

export interface Service {
  readonly url: string;
  /**
   * Finishes the requests in hand, then closes the database. For \`drainMillis\`, default 0, new requests are still taken,
   * each on its connection's last: so that clients which have sent one already get their answer.
   */
  close(drainMillis?: number): Promise<void>;
}

export async function startService(settings: Settings): Promise<Service> {
  const metrics = createMetrics();
  const database = await Database.open(settings.databaseFile, metrics.observeQuery);
  try {
    await applySchema(database);
    const server = createServer(
      { requestTimeout: settings.requestTimeout * 1000, connectionsCheckingInterval: 1000 },
      createApp({ settings, database, metrics, entities }),
    );
    await new Promise<void>((resolve, reject) => {
      server.once("error", (error: NodeJS.ErrnoException) =>
        reject(
          error.code === "EADDRINUSE"
            ? new Error(\`Port \${settings.port} is in use (EADDRINUSE): set PORT to another.\`)
            : error,
        ),
      );
      server.listen(settings.port, resolve);
    });
    const { port } = server.address() as AddressInfo;

    return {
      url: \`http://localhost:\${port}\`,
      async close(drainMillis = 0) {
        server.prependListener("request", (_req, res) => res.setHeader("Connection", "close"));
        if (drainMillis > 0) await setTimeout(drainMillis);
        const closed = new Promise<void>((resolve) => server.close(() => resolve()));
        const patience = new AbortController();
        setTimeout(GRACE_MILLIS, undefined, { signal: patience.signal }).then(
          () => server.closeAllConnections(),
          () => {},
        );
        await closed;
        patience.abort();
        await database.close();
        metrics.close();
      },
    };
  } catch (error) {
    await database.close();
    metrics.close();
    throw error;
  }
}
`
  },
  {
    path: "src/settings.ts",
    text: `/** What the environment may set, read and checked once at start. */

export interface Settings {
  /** \`PORT\`: where the service listens. Default 3000; 0 takes any free port. */
  readonly port: number;
  /** \`DATABASE_FILE\`: the SQLite file, made when it does not exist. Default \`data.db\`. */
  readonly databaseFile: string;
  /**
   * \`TRUST_PROXY\`: how many reverse proxies stand in front of the service and may say who the client is. Default 0.
   * Behind one proxy set it to 1, or every client has the proxy's address.
   */
  readonly trustProxy: number;
  /** \`REQUEST_TIMEOUT\`: the seconds within which a request must have arrived whole, or it is answered 408. Default 30. */
  readonly requestTimeout: number;
}

export function readSettings(env: NodeJS.ProcessEnv): Settings {
  return {
    port: readInteger(env, "PORT", 3000, 65_535),
    databaseFile: env["DATABASE_FILE"] || "data.db",
    trustProxy: readInteger(env, "TRUST_PROXY", 0, 16),
    requestTimeout: readInteger(env, "REQUEST_TIMEOUT", 30, 3600),
  };
}

function readInteger(env: NodeJS.ProcessEnv, name: string, fallback: number, max: number): number {
  const text = env[name];
  if (text === undefined || text === "") return fallback;
  const value = Number(text);
  if (!/^\\d+$/.test(text) || value > max) {
    throw new Error(\`\${name} is \${JSON.stringify(text)}; it must be a whole number from 0 to \${max}.\`);
  }
  return value;
}
`
  },
  {
    path: "src/app.ts",
    text: `/** The application: which handlers see a request, and in which order. */
import type { RequestListener } from "node:http";
import express from "express";
/*IF audit*/
import { auditRoutes } from "./audit/routes.ts";
/*END*/
/*IF auth*/
import { Accounts } from "./auth/accounts.ts";
import { administrationRoutes } from "./auth/administration.ts";
import { Registration } from "./auth/registration.ts";
import { authRoutes } from "./auth/routes.ts";
/*END*/
import type { Database } from "./database.ts";
import { parseJson } from "./http/body.ts";
import { collectionRoutes } from "./http/collection.ts";
import { handleErrors, noRoute } from "./http/errors.ts";
import { headers } from "./http/headers.ts";
import type { Metrics } from "./http/metrics.ts";
import { operationsRoutes } from "./http/operations.ts";
import { Problem } from "./http/problem.ts";
/*IF auth*/
import { sameOrigin } from "./http/sameOrigin.ts";
/*END*/
import type { Entity } from "./records/entity.ts";
import { Store } from "./records/store.ts";
import type { Settings } from "./settings.ts";

export interface AppParts {
  readonly settings: Pick<Settings, "trustProxy">;
  readonly database: Database;
  readonly metrics: Metrics;
  readonly entities: ReadonlyArray<Entity>;
}

export function createApp({ database, entities, metrics, settings }: AppParts): RequestListener {
  const app = express();
  app.disable("x-powered-by");
  app.disable("etag");
  app.enable("case sensitive routing");
  app.set("trust proxy", settings.trustProxy);

  app.use(metrics.observeRequest);
  app.use((_req, res, next) => {
    res.set(headers);
    next();
  });
  app.use(operationsRoutes(database, metrics));
/*IF auth*/
  // Before any body is read: strangers are turned away first.
  app.use("/api", sameOrigin);
  const accounts = new Accounts(database);
  app.use(authRoutes(accounts));
  app.use(administrationRoutes(accounts, new Registration(database)));
/*END*/
  app.use(parseJson);
/*IF audit*/
  app.use(auditRoutes(database));
/*END*/
  const store = new Store(database, entities);
  for (const entity of entities) app.use(collectionRoutes(entity, store));
  app.use(noRoute);
  app.use(handleErrors);

  return (req, res) => {
    // A path or a whole URL. Of the latter Node.js takes some that are none, such as \`http://:99999/\`: Express cannot route
    // them all, nor can their query be read.
    if (req.url?.startsWith("/") || URL.canParse(req.url ?? "", "http://localhost")) {
      app(req, res);
      return;
    }
    const problem = new Problem(400, "The target of the request is not a URL.");
    res
      .writeHead(problem.status, { ...headers, "Content-Type": "application/problem+json" })
      .end(JSON.stringify(problem));
  };
}
`
  },
  ...databaseFiles,
  migrateFile
]
