/**
 * What protects the sign-in of the generated backend: hashes, turns and waits.
 *
 * Plain text that `Sections.fill` makes fit for one project. Written as the files will stand, apart from escapes.
 *
 * @since 0.1.0
 */
import type { TemplateFile } from "./Sections.ts"

export const signInFiles: ReadonlyArray<TemplateFile> = [
  {
    path: "src/auth/passwords.ts",
    when: "auth",
    text: `/** Hashes passwords with scrypt, in the strength that OWASP recommends for 16 MB of memory. */
import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";

const COST = 2 ** 14;
const BLOCK_SIZE = 8;
const PARALLELIZATION = 5;
const KEY_BYTES = 32;

/** \`scrypt$cost$blockSize$parallelization$salt$key\`, so that the strength can be raised later. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const key = await derive(password, salt, COST, BLOCK_SIZE, PARALLELIZATION, KEY_BYTES);
  return ["scrypt", COST, BLOCK_SIZE, PARALLELIZATION, salt.toString("base64"), key.toString("base64")].join("$");
}

/** Takes as long without an account (\`hash\` undefined) as with one, so that the time does not tell which emails exist. */
export async function verifyPassword(password: string, hash: string | undefined): Promise<boolean> {
  const [, cost, blockSize, parallelization, salt, key] = (hash ?? (await decoy)).split("$");
  const expected = Buffer.from(key ?? "", "base64");
  const actual = await derive(
    password,
    Buffer.from(salt ?? "", "base64"),
    Number(cost),
    Number(blockSize),
    Number(parallelization),
    expected.length,
  );
  return timingSafeEqual(actual, expected) && hash !== undefined;
}

const derive = (password: string, salt: Buffer, N: number, r: number, p: number, bytes: number) =>
  new Promise<Buffer>((resolve, reject) => {
    scrypt(password.normalize("NFC"), salt, bytes, { N, r, p, maxmem: 256 * N * r }, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });

const decoy = hashPassword(randomBytes(16).toString("hex"));
`
  },
  {
    path: "src/auth/turns.ts",
    when: "auth",
    text: `/**
 * Bounds the work that strangers can ask for: hashing a password costs time and memory on purpose.
 *
 * A few at once, the others in line. Who finds the line full, or has taken the share of one client, is refused at once
 * with 429, so that nobody's requests keep everybody else's waiting.
 */
import { Problem } from "../http/problem.ts";

const AT_ONCE = 2;
const IN_LINE = 64;
/** Of one client, at work and in line. */
const OF_ONE_CLIENT = 16;

export class Turns {
  readonly #ofClient = new Map<string, number>();
  readonly #line: Array<() => void> = [];
  #working = 0;

  /** Refuses with 429 when there is no room for this client now. */
  requireRoom(client: string): void {
    const share = this.#ofClient.get(client) ?? 0;
    if (share < OF_ONE_CLIENT && this.#line.length < IN_LINE) return;
    throw new Problem(429, "Too many sign-ins at once. Try again in 1 s.", { headers: { "Retry-After": "1" } });
  }

  /** Does the work when its turn has come. Ask \`requireRoom\` in the same turn of the event loop. */
  async take<A>(client: string, work: () => Promise<A>): Promise<A> {
    this.#ofClient.set(client, (this.#ofClient.get(client) ?? 0) + 1);
    try {
      if (this.#working < AT_ONCE) this.#working += 1;
      // Whoever leaves hands over its place.
      else await new Promise<void>((resolve) => this.#line.push(resolve));
      try {
        return await work();
      } finally {
        const next = this.#line.shift();
        if (next === undefined) this.#working -= 1;
        else next();
      }
    } finally {
      const share = (this.#ofClient.get(client) ?? 1) - 1;
      if (share > 0) this.#ofClient.set(client, share);
      else this.#ofClient.delete(client);
    }
  }
}
`
  },
  {
    path: "src/auth/backoff.ts",
    when: "auth",
    text: `/**
 * Slows down those who guess: after some failures each further one doubles the wait, up to a limit.
 *
 * Failures are counted in memory. An attempt counts as failed when it begins, so that many at once are not free; one that
 * is refused is not counted. Keys are kept as digests of one length, and no more of them than MAX_KEYS.
 */
import { createHash } from "node:crypto";
import { Problem } from "../http/problem.ts";

/** Keys remembered at most; the one longest without an attempt is forgotten first. */
const MAX_KEYS = 10_000;
/** A key is forgotten this long after its last attempt. */
const MEMORY_MILLIS = 60 * 60 * 1000;

interface Failures {
  count: number;
  lastAt: number;
  blockedUntil: number;
}

export class Backoff {
  readonly #free: number;
  readonly #maxWaitMillis: number;
  readonly #now: () => number;
  readonly #failures = new Map<string, Failures>();

  /** \`free\`: failures without a wait. */
  constructor(free: number, maxWaitMillis: number, now: () => number = Date.now) {
    this.#free = free;
    this.#maxWaitMillis = maxWaitMillis;
    this.#now = now;
  }

  /** How many keys are remembered. */
  get size(): number {
    return this.#failures.size;
  }

  /** Refuses with 429 and the seconds to wait while there is a wait. Changes nothing. */
  check(key: string): void {
    const wait = (this.#failures.get(digest(key))?.blockedUntil ?? 0) - this.#now();
    if (wait <= 0) return;
    const seconds = Math.ceil(wait / 1000);
    throw new Problem(429, \`Too many attempts. Try again in \${seconds} s.\`, {
      headers: { "Retry-After": \`\${seconds}\` },
    });
  }

  /** Counts an attempt. */
  count(key: string): void {
    const now = this.#now();
    const name = digest(key);
    const known = this.#failures.get(name);
    const failures = known && now - known.lastAt < MEMORY_MILLIS ? known : { count: 0, lastAt: now, blockedUntil: 0 };
    failures.count += 1;
    failures.lastAt = now;
    if (failures.count >= this.#free) {
      failures.blockedUntil = now + Math.min(this.#maxWaitMillis, 1000 * 2 ** (failures.count - this.#free));
    }
    // Deleted first, so that the map keeps the order of the last attempts.
    this.#failures.delete(name);
    this.#failures.set(name, failures);
    if (this.#failures.size > MAX_KEYS) this.#failures.delete(this.#failures.keys().next().value as string);
  }

  /** Forgets a key's failures, after a success. */
  forget(key: string): void {
    this.#failures.delete(digest(key));
  }

  /** Takes back one attempt, of somebody who had the right to it. */
  forgive(key: string): void {
    const failures = this.#failures.get(digest(key));
    if (failures === undefined) return;
    failures.count -= 1;
    failures.blockedUntil = 0;
  }
}

const digest = (key: string) => createHash("sha256").update(key).digest("base64");
`
  },
  {
    path: "src/auth/client.ts",
    when: "auth",
    text: `/** Whom a request is counted to. */
import { isIP } from "node:net";
import type { Request } from "express";

/**
 * An IPv4 address, or the first half of an IPv6 address, because one client has all of such a network. Text that is no
 * address, which a trusted proxy may hand on, is one client for all.
 */
export function clientOf(req: Request): string {
  const text = (req.ip ?? "").replace(/^::ffff:(?=\\d+\\.)/i, "").replace(/^(\\d+\\.\\d+\\.\\d+\\.\\d+):\\d+$/, "$1");
  const address = text.replace(/%.*$/, "");
  if (isIP(address) === 4) return address;
  if (isIP(address) !== 6) return "unknown";
  const [head = "", tail] = address.split("::");
  const first = head === "" ? [] : head.split(":");
  const last = tail === undefined || tail === "" ? [] : tail.split(":");
  const groups = [...first, ...Array<string>(Math.max(0, 8 - first.length - last.length)).fill("0"), ...last];
  return groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(":");
}
`
  }
]
