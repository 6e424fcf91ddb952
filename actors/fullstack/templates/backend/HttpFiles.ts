/**
 * How the generated backend speaks HTTP: bodies, queries, problems, metrics and the routes that every project has.
 *
 * Plain text that `Sections.fill` makes fit for one project. Written as the files will stand, apart from escapes.
 *
 * @since 0.1.0
 */
import type { TemplateFile } from "./Sections.ts"

export const httpFiles: ReadonlyArray<TemplateFile> = [
  {
    path: "src/http/headers.ts",
    text: `/** What every answer says: nothing here is to be kept, guessed at, framed or run. */
export const headers = {
  "Cache-Control": "no-store",
  "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
};
`
  },
  {
    path: "src/http/problem.ts",
    text: `/** Errors as clients see them: problem details after RFC 9457. */
import { STATUS_CODES } from "node:http";

/** One field of a body, or one parameter of a query, that cannot be used. */
export interface FieldError {
  readonly path: string;
  readonly message: string;
}

/** Thrown anywhere while a request is handled; becomes its answer. */
export class Problem extends Error {
  readonly status: number;
  readonly errors: ReadonlyArray<FieldError> | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    detail: string,
    more: { readonly errors?: ReadonlyArray<FieldError>; readonly headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(detail);
    this.status = status;
    this.errors = more.errors;
    this.headers = more.headers ?? {};
  }

  toJSON() {
    return {
      type: "about:blank",
      title: STATUS_CODES[this.status] ?? "Error",
      status: this.status,
      detail: this.message,
      ...(this.errors === undefined ? {} : { errors: this.errors }),
    };
  }
}

export const badQuery = (errors: ReadonlyArray<FieldError>) =>
  new Problem(400, "The query has parameters that cannot be used.", { errors });

export const notFound = (detail: string) => new Problem(404, detail);

export const conflict = (detail: string, errors?: ReadonlyArray<FieldError>) =>
  new Problem(409, detail, errors === undefined ? {} : { errors });

export const invalid = (errors: ReadonlyArray<FieldError>) =>
  new Problem(422, "Some fields are not valid; nothing was stored.", { errors });
`
  },
  {
    path: "src/http/errors.ts",
    text: `/** The last handlers: what no route took, and what went wrong on the way. */
import type { ErrorRequestHandler, RequestHandler } from "express";
import { notFound, Problem } from "./problem.ts";

export const noRoute: RequestHandler = (req) => {
  throw notFound(\`There is nothing at \${req.path}.\`);
};

/** For a path that exists, asked with a method that it does not have. */
export const onlyMethods =
  (...methods: ReadonlyArray<string>): RequestHandler =>
  (req, res) => {
    const allow = methods.join(", ");
    if (req.method === "OPTIONS") {
      res.set("Allow", allow).status(204).end();
      return;
    }
    throw new Problem(405, \`\${req.path} does not take \${req.method}.\`, { headers: { Allow: allow } });
  };

export const handleErrors: ErrorRequestHandler = (error: unknown, _req, res, next) => {
  // Too late for another answer: the connection is cut, so that the client does not take half of it for the whole.
  if (res.headersSent) {
    next(error);
    return;
  }
  const problem = toProblem(error);
  res.status(problem.status).set(problem.headers).type("application/problem+json").send(JSON.stringify(problem));
};

function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  // Express and its body parser throw errors that carry a status and a type.
  const { status, type } = (error ?? {}) as { readonly status?: unknown; readonly type?: unknown };
  if (status === 413) return new Problem(413, "The body is too large.");
  if (type === "entity.parse.failed" || type === "entity.verify.failed")
    return new Problem(400, "The body is not valid JSON.");
  if (status === 415) return new Problem(415, "The body must be JSON in UTF-8.");
  if (typeof status === "number" && status >= 400 && status < 500)
    return new Problem(status, "The request cannot be read.");
  console.error(error);
  return new Problem(500, "The service failed. Look whether a change was stored before you send it again.");
}
`
  },
  {
    path: "src/http/body.ts",
    text: `/** Reads JSON bodies of at most 1 MB/*IF auth*/, and of 16 kB where strangers may send them/*END*/. */
import { isUtf8 } from "node:buffer";
import express, { type Request } from "express";
import { Problem } from "./problem.ts";

const jsonUpTo = (limit: string) =>
  express.json({
    limit,
    // A body that is a bare string or number is valid JSON; that it is not an object is told later.
    strict: false,
    verify: (_req, _res, bytes, charset) => {
      if (charset !== "utf-8") throw new Problem(415, "The body must be JSON in UTF-8.");
      if (!isUtf8(bytes)) throw new Error("not UTF-8");
    },
  });

export const parseJson = jsonUpTo("1mb");
/*IF auth*/

export const parseSmallJson = jsonUpTo("16kb");
/*END*/

/** The parsed body of a request that must have one. */
export function bodyOf(req: Request): unknown {
  if (req.body !== undefined) return req.body;
  const sent = Number(req.get("Content-Length") ?? 0) > 0 || req.get("Transfer-Encoding") !== undefined;
  if (sent && !req.is("application/json")) throw new Problem(415, "The body must be sent as application/json.");
  throw new Problem(400, "The request needs a JSON body.");
}
`
  },
  {
    path: "src/http/query.ts",
    text: `/** Query parameters, read strictly: what is not understood is refused rather than ignored. */
import type { Request } from "express";
import { badQuery, type FieldError } from "./problem.ts";

const DEFAULT_PAGE_SIZE = 20;
const MAX_PAGE_SIZE = 100;

export interface Paging {
  readonly page: number;
  readonly pageSize: number;
}

/** The parameters of one request. Each is taken once; \`done\` refuses those that nobody took, and all bad ones at once. */
export class Query {
  readonly #parameters: URLSearchParams;
  readonly #open: Set<string>;
  readonly #errors: Array<FieldError> = [];

  constructor(req: Request) {
    this.#parameters = new URL(req.originalUrl, "http://localhost").searchParams;
    this.#open = new Set(this.#parameters.keys());
  }

  take(name: string): string | undefined {
    this.#open.delete(name);
    const values = this.#parameters.getAll(name);
    if (values.length > 1) this.refuse(name, "is given more than once");
    return values[0];
  }

  /** \`page\` counts from 1; \`pageSize\` is 1 to 100, default 20. */
  takePaging(): Paging {
    return {
      page: this.#takeCount("page", 1, 1_000_000_000),
      pageSize: this.#takeCount("pageSize", DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE),
    };
  }

  refuse(name: string, message: string): void {
    this.#errors.push({ path: name, message });
  }

  /** Throws a 400 that lists everything wrong. */
  done(): void {
    const unknown = [...this.#open].map((name) => ({ path: name, message: "is not a parameter of this resource" }));
    const errors = [...this.#errors, ...unknown];
    if (errors.length > 0) throw badQuery(errors);
  }

  #takeCount(name: string, fallback: number, max: number): number {
    const text = this.take(name);
    if (text === undefined) return fallback;
    const value = Number(text);
    if (!/^\\d+$/.test(text) || value < 1 || value > max) this.refuse(name, \`must be a whole number from 1 to \${max}\`);
    return value;
  }
}
`
  },
  {
    path: "src/http/collection.ts",
    text: `/** The routes of one entity: its collection and its records. */
/*IF csv*/
import { once } from "node:events";
/*END*/
import { /*IF csv*/type Response, /*END*/Router } from "express";
/*IF auth*/
import { actorOf } from "../records/actor.ts";
/*END*/
/*IF csv*/
import { csvLine } from "../records/csv.ts";
/*END*/
import type { Entity } from "../records/entity.ts";
/*IF references*/
import { takeIds } from "../records/labels.ts";
/*END*/
import { tagOf } from "../records/precondition.ts";
import { takeSelection } from "../records/selection.ts";
import type { Store } from "../records/store.ts";
import { bodyOf } from "./body.ts";
import { onlyMethods } from "./errors.ts";
import { Query } from "./query.ts";

export function collectionRoutes(entity: Entity, store: Store): Router {
  const router = Router({ caseSensitive: true });

  router
    .route(entity.path)
    .get(async (req, res) => {
      const query = new Query(req);
      const selection = takeSelection(entity, query/*IF auth*/, actorOf(res)/*END*/);
      const paging = query.takePaging();
      query.done();
      res.json(await store.list(entity, selection, paging));
    })
    .post(async (req, res) => {
      new Query(req).done();
      const created = await store.create(entity, bodyOf(req)/*IF auth*/, actorOf(res)/*END*/);
      res.status(201).location(\`\${entity.path}/\${created.id}\`).set("ETag", tagOf(created)).json(created);
    })
    .all(onlyMethods("GET", "HEAD", "POST"));
/*IF references*/

  if (entity.fields.some((field) => field.type === "reference")) {
    router
      .route(\`\${entity.path}/labels\`)
      .get(async (req, res) => {
        const query = new Query(req);
        const ids = takeIds(query);
        query.done();
        res.json({ labels: await store.labels(entity, ids/*IF auth*/, actorOf(res)/*END*/) });
      })
      .all(onlyMethods("GET", "HEAD"));
  }
/*END*/
/*IF csv*/

  router
    .route(\`\${entity.path}.csv\`)
    .get(async (req, res) => {
      const query = new Query(req);
      const selection = takeSelection(entity, query/*IF auth*/, actorOf(res)/*END*/);
      query.done();
      const header = ["id", ...entity.fields.map((field) => field.name), "createdAt", "updatedAt"];
      res.attachment(\`\${entity.path.split("/").at(-1)}.csv\`);
      res.write(csvLine(header));
      await store.each(entity, selection, async (records) => {
        const more = res.write(records.map((record) => csvLine(header.map((name) => record[name] ?? null))).join(""));
        if (!more) await drained(res);
      });
      res.end();
    })
    .all(onlyMethods("GET", "HEAD"));
/*END*/

  router
    .route(\`\${entity.path}/:id\`)
    .get(async (req, res) => {
      new Query(req).done();
      const record = await store.read(entity, req.params.id/*IF auth*/, actorOf(res)/*END*/);
      res.set("ETag", tagOf(record)).json(record);
    })
    .patch(async (req, res) => {
      new Query(req).done();
      const changed = await store.update(entity, req.params.id, bodyOf(req)/*IF auth*/, actorOf(res)/*END*/, req.get("If-Match"));
      res.set("ETag", tagOf(changed)).json(changed);
    })
    .delete(async (req, res) => {
      new Query(req).done();
      await store.remove(entity, req.params.id/*IF auth*/, actorOf(res)/*END*/, req.get("If-Match"));
      res.status(204).end();
    })
    .all(onlyMethods("GET", "HEAD", "PATCH", "DELETE"));

  router
    .route(\`\${entity.path}/:id/deletion\`)
    .get(async (req, res) => {
      new Query(req).done();
      res.json(await store.previewDeletion(entity, req.params.id/*IF auth*/, actorOf(res)/*END*/));
    })
    .all(onlyMethods("GET", "HEAD"));

  return router;
}
/*IF csv*/

/** How long a client may take nothing of an export before it is given up: until its end it keeps a state readable. */
const STALL_MILLIS = 30_000;

/** Waits until a slow client has taken what was sent; fails when it is gone or stands still. */
async function drained(res: Response): Promise<void> {
  const gone = new AbortController();
  const leave = () => gone.abort();
  res.once("close", leave);
  try {
    if (res.destroyed) leave();
    await once(res, "drain", { signal: AbortSignal.any([gone.signal, AbortSignal.timeout(STALL_MILLIS)]) });
  } finally {
    res.off("close", leave);
  }
}
/*END*/
`
  },
  {
    path: "src/http/metrics.ts",
    text: `/** What \`GET /metrics\` shows, for Prometheus. */
import type { RequestHandler } from "express";
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { QueryObserver } from "../database.ts";

export interface Metrics {
  readonly registry: Registry;
  readonly observeRequest: RequestHandler;
  readonly observeQuery: QueryObserver;
  /** Whether the database answered when last asked. */
  readonly databaseUp: (up: boolean) => void;
  close(): void;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  // Memory, CPU and the event loop's lag: process_* and nodejs_*.
  collectDefaultMetrics({ register: registry });

  const requests = new Counter({
    name: "http_requests_total",
    help: "Requests answered, by method, route and status.",
    labelNames: ["method", "route", "status"],
    registers,
  });
  const durations = new Histogram({
    name: "http_request_duration_seconds",
    help: "Time from a request's arrival to the end of its answer.",
    labelNames: ["method", "route", "status"],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
  const inFlight = new Gauge({ name: "http_requests_in_flight", help: "Requests being answered now.", registers });
  const queries = new Histogram({
    name: "database_query_duration_seconds",
    help: "Time of reads, and of writes with their wait in line.",
    labelNames: ["kind"],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    registers,
  });
  const up = new Gauge({ name: "db_up", help: "1 when the database answered the last check, else 0.", registers });

  return {
    registry,
    observeRequest(req, res, next) {
      const start = performance.now();
      inFlight.inc();
      res.once("close", () => {
        inFlight.dec();
        // The route, not the path: ids would make a series each.
        const route = String(req.route?.path ?? "none");
        const status = res.writableFinished ? res.statusCode : 499;
        requests.inc({ method: req.method, route, status });
        durations.observe({ method: req.method, route, status }, (performance.now() - start) / 1000);
      });
      next();
    },
    observeQuery: (kind, seconds) => queries.observe({ kind }, seconds),
    databaseUp: (value) => up.set(Number(value)),
    close: () => registry.clear(),
  };
}
`
  },
  {
    path: "src/http/operations.ts",
    text: `/** What operators and tools ask for: health, metrics and the description of the API. */
import { readFileSync } from "node:fs";
import { Router } from "express";
import type { Database } from "../database.ts";
import { onlyMethods } from "./errors.ts";
import type { Metrics } from "./metrics.ts";

const openapi = readFileSync(new URL("../openapi.json", import.meta.url), "utf8");

export function operationsRoutes(database: Database, metrics: Metrics): Router {
  const router = Router({ caseSensitive: true });

  const checkDatabase = async () => {
    const up = await database.query("SELECT 1").then(
      () => true,
      () => false,
    );
    metrics.databaseUp(up);
    return up;
  };

  router
    .route("/healthz")
    .get(async (_req, res) => {
      const up = await checkDatabase();
      res.status(up ? 200 : 503).json({ status: up ? "ok" : "unavailable" });
    })
    .all(onlyMethods("GET", "HEAD"));

  router
    .route("/metrics")
    .get(async (_req, res) => {
      await checkDatabase();
      res.type(metrics.registry.contentType).send(await metrics.registry.metrics());
    })
    .all(onlyMethods("GET", "HEAD"));

  router
    .route("/openapi.json")
    .get((_req, res) => {
      res.type("application/json").send(openapi);
    })
    .all(onlyMethods("GET", "HEAD"));

  return router;
}
`
  }
]
