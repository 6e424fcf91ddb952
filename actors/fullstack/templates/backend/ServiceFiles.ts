/**
 * The program itself: settings, start and stop, the database with its rules, and the order of the handlers.
 *
 * Plain text that `Sections.fill` makes fit for one project. Written as the files will stand, apart from escapes.
 *
 * @since 0.1.0
 */
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
import { authRoutes } from "./auth/routes.ts";
/*END*/
import type { Database } from "./database.ts";
import { parseJson } from "./http/body.ts";
import { collectionRoutes } from "./http/collection.ts";
import { handleErrors, noRoute } from "./http/errors.ts";
import type { Metrics } from "./http/metrics.ts";
import { operationsRoutes } from "./http/operations.ts";
import { Problem } from "./http/problem.ts";
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
    res.set({ "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store" });
    next();
  });
  app.use(operationsRoutes(database, metrics));
/*IF auth*/
  // Before any body is read: strangers are turned away first.
  app.use(authRoutes(new Accounts(database)));
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
    res.writeHead(problem.status, { "Content-Type": "application/problem+json" }).end(JSON.stringify(problem));
  };
}
`
  },
  {
    path: "src/database.ts",
    text: `/**
 * The SQLite file, with the rules that every access keeps.
 *
 * SQLite lets one connection write at a time. All writes of this process therefore wait in one line and none fails
 * because the file is busy. Reads have a connection of their own and, in WAL mode, never wait for a write.
 */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { type Client, createClient, type InValue, type Row, type Transaction } from "@libsql/client";

/** How long to wait for another process that holds the file, such as a backup. */
const BUSY_MILLIS = 5_000;

export type Argument = InValue;

/** Something to ask questions of: the database as last committed, or a transaction. */
export interface Queryable {
  query(sql: string, args?: ReadonlyArray<Argument>): Promise<ReadonlyArray<Row>>;
}

/** An open write transaction: also sees its own changes. */
export interface WriteTransaction extends Queryable {
  /** Returns the number of rows changed. */
  run(sql: string, args?: ReadonlyArray<Argument>): Promise<number>;
}

export type QueryObserver = (kind: "read" | "write", seconds: number) => void;

export class Database implements Queryable {
  readonly file: string;
  readonly #reader: Client;
  readonly #writer: Client;
/*IF csv*/
  /** Connections are kept for the next read: closed ones would keep their files open until a garbage collection. */
  readonly #snapshots: Client;
/*END*/
  readonly #observe: QueryObserver;
  /** The end of the line of writers. Never rejects. */
  #lastWrite: Promise<unknown> = Promise.resolve();

  private constructor(file: string, observe: QueryObserver) {
    this.file = file;
    this.#observe = observe;
    this.#writer = connect(file, 1);
    this.#reader = connect(file, 1);
/*IF csv*/
    this.#snapshots = connect(file, Number.POSITIVE_INFINITY);
/*END*/
  }

  static async open(file: string, observe: QueryObserver = () => {}): Promise<Database> {
    let database: Database;
    try {
      database = new Database(file, observe);
      // WAL is remembered by the file. Commits are synced to disk (synchronous = FULL, the default).
      await database.#writer.execute("PRAGMA journal_mode = WAL");
    } catch (error) {
      throw new Error(\`Cannot open the database \${file}: \${error instanceof Error ? error.message : error}\`);
    }
    return database;
  }

  async query(sql: string, args: ReadonlyArray<Argument> = []): Promise<ReadonlyArray<Row>> {
    return this.#timed("read", async () => (await this.#reader.execute({ sql, args: [...args] })).rows);
  }

  /** Several reads of one and the same state. */
  async queryAll(
    statements: ReadonlyArray<readonly [string, ReadonlyArray<Argument>]>,
  ): Promise<Array<ReadonlyArray<Row>>> {
    const batch = statements.map(([sql, args]) => ({ sql, args: [...args] }));
    return this.#timed("read", async () => (await this.#reader.batch(batch, "read")).map((result) => result.rows));
  }

  /**
   * Runs \`work\` in a transaction of its own: all of it is stored, or, if it throws, nothing. With \`foreignKeys\` off, as a
   * migration needs it, references are neither checked nor followed.
   */
  write<A>(work: (tx: WriteTransaction) => Promise<A>, foreignKeys: "ON" | "OFF" = "ON"): Promise<A> {
    const turn = this.#lastWrite.then(() => this.#timed("write", () => this.#transact(work, foreignKeys)));
    this.#lastWrite = turn.catch(() => {});
    return turn;
  }
/*IF csv*/

  /** A long read of one state, on a connection of its own, while others go on reading and writing. */
  async snapshot<A>(work: (state: Queryable) => Promise<A>): Promise<A> {
    const tx = await this.#snapshots.transaction("read");
    try {
      return await work({ query: async (sql, args = []) => (await tx.execute({ sql, args: [...args] })).rows });
    } finally {
      // What is being read keeps the log from being emptied.
      tx.close();
    }
  }
/*END*/

  /** Waits for the writes in line, then closes the file. */
  async close(): Promise<void> {
    await this.#lastWrite;
    this.#reader.close();
/*IF csv*/
    this.#snapshots.close();
/*END*/
    // Leaves everything in the file itself, so that a copy of it is whole. What is still being read stays in the log.
    await this.#writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").catch(() => {});
    this.#writer.close();
  }

  async #transact<A>(work: (tx: WriteTransaction) => Promise<A>, foreignKeys: "ON" | "OFF"): Promise<A> {
    // A pragma holds for one connection. The writer has one, and this makes sure of it even if it was opened anew.
    await this.#writer.execute(\`PRAGMA foreign_keys = \${foreignKeys}\`);
    const tx: Transaction = await this.#writer.transaction("write");
    try {
      const result = await work({
        query: async (sql, args = []) => (await tx.execute({ sql, args: [...args] })).rows,
        run: async (sql, args = []) => (await tx.execute({ sql, args: [...args] })).rowsAffected,
      });
      await tx.commit();
      return result;
    } finally {
      // Rolls back what was not committed.
      tx.close();
    }
  }

  async #timed<A>(kind: "read" | "write", work: () => Promise<A>): Promise<A> {
    const start = performance.now();
    try {
      return await work();
    } finally {
      this.#observe(kind, (performance.now() - start) / 1000);
    }
  }
}

const connect = (file: string, concurrency: number) =>
  createClient({ url: pathToFileURL(resolve(file)).href, concurrency, timeout: BUSY_MILLIS });

/** A name from our own tables of entities, never from a user, as SQL writes it. */
export const quote = (name: string) => \`"\${name.replaceAll('"', '""')}"\`;
`
  },
  migrateFile
]
