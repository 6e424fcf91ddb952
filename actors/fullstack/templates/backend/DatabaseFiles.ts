/**
 * How the generated backend talks to SQLite: from threads of their own, so that no statement keeps the event loop.
 *
 * Plain text that `Sections.fill` makes fit for one project. Written as the files will stand, apart from escapes.
 *
 * @since 0.1.0
 */
import type { TemplateFile } from "./Sections.ts"

export const databaseFiles: ReadonlyArray<TemplateFile> = [
  {
    path: "src/database.ts",
    text: `/**
 * The SQLite file, with the rules that every access keeps.
 *
 * SQLite works in threads, never in the event loop: however long a statement takes, requests that need none are answered
 * meanwhile. There are three. One writes: SQLite lets one connection write at a time, so all writes of this process wait
 * in one line and none fails because the file is busy. One reads what an index finds at once. One reads what may take
 * longer: lists, searches and exports, many in turns. In WAL mode neither of the two waits for a write.
 */
import { type Reply, SqliteThread, type Statement } from "./sqliteThread.ts";

export type Argument = Statement["args"][number];

/** A row by position, and by the names of its columns. */
export type Row = ArrayLike<unknown> & { readonly [column: string]: unknown };

/** Something to ask questions of: the database as last committed, or a transaction. */
export interface Queryable {
  query(sql: string, args?: ReadonlyArray<Argument>): Promise<ReadonlyArray<Row>>;
}

/** What became of a statement: how many rows it has changed, and how long it took once it had its turn. */
export type Done = Pick<Reply, "changes" | "millis">;

/** An open transaction: also sees its own changes. */
export interface Transaction extends Queryable {
  run(sql: string, args?: ReadonlyArray<Argument>): Promise<Done>;
}

/** A transaction that changes the file. */
export type WriteTransaction = Transaction;

export type QueryObserver = (kind: "read" | "write", seconds: number) => void;

/** Long reads that take turns at once; more wait in line. */
const MAX_LONG_READS = 8;

export class Database implements Queryable {
  readonly file: string;
  readonly #observe: QueryObserver;
  readonly #writer: SqliteThread;
  readonly #quick: SqliteThread;
  readonly #long: SqliteThread;
  /** The end of the line of writers. Never rejects. */
  #lastWrite: Promise<unknown> = Promise.resolve();
  #freeLongReads = MAX_LONG_READS;
  readonly #waitingLongReads: Array<() => void> = [];

  private constructor(file: string, observe: QueryObserver) {
    this.file = file;
    this.#observe = observe;
    this.#writer = new SqliteThread(file, 1);
    this.#quick = new SqliteThread(file, 1);
    // One more, for reads of a single turn.
    this.#long = new SqliteThread(file, MAX_LONG_READS + 1);
  }

  static async open(file: string, observe: QueryObserver = () => {}): Promise<Database> {
    const database = new Database(file, observe);
    try {
      // WAL is remembered by the file. Commits are synced to disk (synchronous = FULL, the default).
      await database.#writer.execute("PRAGMA journal_mode = WAL");
    } catch (error) {
      await database.close();
      throw new Error(\`Cannot open the database \${file}: \${error instanceof Error ? error.message : error}\`);
    }
    return database;
  }

  /** What an index finds at once. */
  async query(sql: string, args: ReadonlyArray<Argument> = []): Promise<ReadonlyArray<Row>> {
    return this.#timed("read", async () => rowsOf(await this.#quick.execute(sql, args)));
  }

  /** Several reads of one and the same state, which may take long. */
  async queryAll(
    statements: ReadonlyArray<readonly [string, ReadonlyArray<Argument>]>,
  ): Promise<Array<ReadonlyArray<Row>>> {
    const batch = statements.map(([sql, args]) => ({ sql, args }));
    return this.#timed("read", async () => (await this.#long.batch(batch)).map(rowsOf));
  }

  /**
   * A long read of one state, on a connection of its own, while others go on reading and writing. Others have their turn
   * between its statements. What it writes to temporary tables is gone afterwards.
   */
  async reading<A>(work: (state: Transaction) => Promise<A>): Promise<A> {
    if (this.#freeLongReads > 0) this.#freeLongReads -= 1;
    else await new Promise<void>((resolve) => this.#waitingLongReads.push(resolve));
    try {
      const tx = await this.#long.begin("deferred");
      try {
        // Temporary tables and sorts may be larger than the memory. The pragma holds for the connection, and is for free.
        await this.#long.execute("PRAGMA temp_store = FILE", [], tx);
        return await work(transactionOf(this.#long, tx));
      } finally {
        // What is being read keeps the log from being emptied.
        await this.#long.end(tx, "rollback").catch(() => {});
      }
    } finally {
      const next = this.#waitingLongReads.shift();
      if (next === undefined) this.#freeLongReads += 1;
      else next();
    }
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

  /** Waits for the writes in line, then closes the file. */
  async close(): Promise<void> {
    await this.#lastWrite;
    await Promise.all([this.#quick.close(), this.#long.close()]);
    // Leaves everything in the file itself, so that a copy of it is whole.
    await this.#writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").catch(() => {});
    await this.#writer.close();
  }

  async #transact<A>(work: (tx: WriteTransaction) => Promise<A>, foreignKeys: "ON" | "OFF"): Promise<A> {
    // A pragma holds for one connection, and outside of transactions. The writer has one.
    await this.#writer.execute(\`PRAGMA foreign_keys = \${foreignKeys}\`);
    const tx = await this.#writer.begin("write");
    try {
      const result = await work(transactionOf(this.#writer, tx));
      await this.#writer.end(tx, "commit");
      return result;
    } catch (error) {
      // The first error tells more than what may come of it.
      await this.#writer.end(tx, "rollback").catch(() => {});
      throw error;
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

const transactionOf = (thread: SqliteThread, tx: number): Transaction => ({
  query: async (sql, args = []) => rowsOf(await thread.execute(sql, args, tx)),
  run: (sql, args = []) => thread.execute(sql, args, tx),
});

/** Arrays with the columns as properties, but for a column called "length", which every array has of its own. */
function rowsOf({ columns, rows }: Reply): ReadonlyArray<Row> {
  const names = columns.map((name, index) => [name, index] as const).filter(([name]) => name !== "length");
  for (const row of rows) {
    const named = row as unknown as Record<string, unknown>;
    for (const [name, index] of names) named[name] = row[index];
  }
  return rows as unknown as ReadonlyArray<Row>;
}

/** A name from our own tables of entities, never from a user, as SQL writes it. */
export const quote = (name: string) => \`"\${name.replaceAll('"', '""')}"\`;
`
  },
  {
    path: "src/sqliteThread.ts",
    text: `/** A thread that works with SQLite, seen from the event loop: statements go there, and rows come back. */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";

export interface Statement {
  readonly sql: string;
  readonly args: ReadonlyArray<string | number | bigint | null>;
}

export interface Reply {
  readonly columns: ReadonlyArray<string>;
  readonly rows: ReadonlyArray<ReadonlyArray<unknown>>;
  readonly changes: number;
  /** How long the statement took, without the wait for its turn. */
  readonly millis: number;
}

/** What is asked of the thread; \`tx\` is an open transaction of it. */
export type Request =
  | { readonly kind: "execute"; readonly statement: Statement; readonly tx: number | undefined }
  | { readonly kind: "batch"; readonly statements: ReadonlyArray<Statement> }
  | { readonly kind: "begin"; readonly tx: number; readonly mode: "write" | "deferred" }
  | { readonly kind: "commit" | "rollback"; readonly tx: number }
  | { readonly kind: "close" };

/** What the thread was told when it started. */
export interface ThreadSettings {
  readonly url: string;
  readonly connections: number;
  readonly busyMillis: number;
}

/** What went wrong, in a form that goes from thread to thread. */
export interface Failure {
  readonly message: string;
  readonly code: string;
}

export interface Answer {
  readonly id: number;
  readonly replies?: ReadonlyArray<Reply>;
  readonly failure?: Failure;
}

/** SQLite refused a statement. \`code\` is its own: \`SQLITE_CONSTRAINT\` where a rule of the schema is broken. */
export class DatabaseError extends Error {
  readonly code: string;

  constructor({ code, message }: Failure) {
    super(message);
    this.code = code;
  }
}

/** How long to wait for another process that holds the file, such as a backup. */
const BUSY_MILLIS = 5_000;

interface Waiting {
  readonly resolve: (replies: ReadonlyArray<Reply>) => void;
  readonly reject: (error: Error) => void;
}

export class SqliteThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  /** Why nothing more can be asked. */
  #ended: Error | undefined;

  constructor(file: string, connections: number) {
    const workerData: ThreadSettings = { url: pathToFileURL(resolve(file)).href, connections, busyMillis: BUSY_MILLIS };
    this.#worker = new Worker(new URL("./sqliteWorker.js", import.meta.url), { workerData });
    this.#worker.on("message", ({ failure, id, replies = [] }: Answer) => {
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (failure === undefined) waiting?.resolve(replies);
      else waiting?.reject(new DatabaseError(failure));
    });
    this.#worker.on("error", (error) => this.#end(error));
    this.#worker.on("exit", () => this.#end(new Error("The database is closed.")));
  }

  /** In the transaction, or as one of its own. */
  async execute(sql: string, args: Statement["args"] = [], tx?: number): Promise<Reply> {
    const [reply] = await this.#ask({ kind: "execute", statement: { sql, args }, tx });
    return reply ?? { columns: [], rows: [], changes: 0, millis: 0 };
  }

  /** All of one state. */
  batch(statements: ReadonlyArray<Statement>): Promise<ReadonlyArray<Reply>> {
    return this.#ask({ kind: "batch", statements });
  }

  async begin(mode: "write" | "deferred"): Promise<number> {
    const tx = this.#lastId + 1;
    await this.#ask({ kind: "begin", tx, mode });
    return tx;
  }

  async end(tx: number, kind: "commit" | "rollback"): Promise<void> {
    await this.#ask({ kind, tx });
  }

  async close(): Promise<void> {
    await this.#ask({ kind: "close" }).catch(() => {});
    await this.#worker.terminate();
  }

  #ask(request: Request): Promise<ReadonlyArray<Reply>> {
    return new Promise((resolve, reject) => {
      if (this.#ended) return reject(this.#ended);
      this.#lastId += 1;
      this.#waiting.set(this.#lastId, { resolve, reject });
      this.#worker.postMessage({ id: this.#lastId, request });
    });
  }

  #end(error: Error): void {
    this.#ended ??= error;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
`
  },
  {
    path: "src/sqliteWorker.js",
    text: `/**
 * The thread that works with SQLite. \`sqliteThread.ts\` starts it and speaks with it.
 *
 * In JavaScript, so that Node.js takes it as it is, built or not; its types are checked all the same.
 */
import { parentPort, workerData } from "node:worker_threads";
import { createClient } from "@libsql/client/sqlite3";

/**
 * @import { Client, ResultSet, Transaction } from "@libsql/client/sqlite3"
 * @import { Answer, Reply, Request, Statement, ThreadSettings } from "./sqliteThread.ts"
 */

/** @type {ThreadSettings} */
const { busyMillis, connections, url } = workerData;

/** @type {Client | undefined} */
let client;

/** @type {Map<number, Transaction>} */
const transactions = new Map();

/** Opened when first used: that it cannot be opened is then an answer. */
const opened = () => (client ??= createClient({ url, concurrency: connections, timeout: busyMillis }));

/** @param {number} tx */
const transaction = (tx) => {
  const found = transactions.get(tx);
  if (found === undefined) throw new Error("The transaction has ended.");
  return found;
};

/** @param {Statement} statement */
const copy = ({ args, sql }) => ({ sql, args: [...args] });

/**
 * Rows as plain arrays: those of the driver lose their positions on the way.
 *
 * @param {ResultSet} result
 * @param {number} start
 * @returns {Reply}
 */
const toReply = ({ columns, rows, rowsAffected }, start) => ({
  columns,
  rows: rows.map((row) => Array.from({ length: columns.length }, (_, index) => row[index])),
  changes: rowsAffected,
  millis: performance.now() - start,
});

/**
 * @param {Request} request
 * @returns {Promise<ReadonlyArray<Reply>>}
 */
async function handle(request) {
  const start = performance.now();
  switch (request.kind) {
    case "execute": {
      const state = request.tx === undefined ? opened() : transaction(request.tx);
      return [toReply(await state.execute(copy(request.statement)), start)];
    }
    case "batch":
      return (await opened().batch(request.statements.map(copy), "deferred")).map((one) => toReply(one, start));
    case "begin":
      transactions.set(request.tx, await opened().transaction(request.mode));
      return [];
    case "commit":
      await transaction(request.tx).commit();
      transactions.delete(request.tx);
      return [];
    case "rollback":
      await transaction(request.tx).rollback();
      transactions.delete(request.tx);
      return [];
    case "close":
      client?.close();
      return [];
  }
}

parentPort?.on("message", async (/** @type {{ id: number, request: Request }} */ { id, request }) => {
  /** @type {Answer} */
  let answer;
  try {
    answer = { id, replies: await handle(request) };
  } catch (error) {
    const { code, message } = /** @type {{ code?: string, message: string }} */ (error);
    answer = { id, failure: { message, code: code ?? "" } };
  }
  parentPort?.postMessage(answer);
});
`
  }
]
