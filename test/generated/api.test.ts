/**
 * The API of generated projects, driven by its own document: what these tests know is the requirements file, what
 * `PROMISES.md` promises for it, and what `GET /openapi.json` answers. Every answer of every test is held against that
 * document as well.
 */
import { readFileSync } from "node:fs"
import { assert, layer } from "@effect/vitest"
import { Duration, Effect } from "effect"
import { parse as parseYaml } from "yaml"
import * as Requirements from "../../actors/fullstack/Requirements.ts"
import { seedOr } from "../seed.ts"
import * as Access from "./api/access.ts"
import { everyAnswer } from "./api/answers.ts"
import * as AuditLog from "./api/auditLog.ts"
import type { Client } from "./api/client.ts"
import * as Durability from "./api/durability.ts"
import { everything, exercising } from "./api/exercised.ts"
import * as Finding from "./api/finding.ts"
import * as Fuzz from "./api/fuzz.ts"
import * as Http from "./api/http.ts"
import { labels } from "./api/labels.ts"
import * as Lifecycle from "./api/lifecycle.ts"
import * as Listing from "./api/listing.ts"
import { builtProject, withBackend, withClient } from "./api/project.ts"
import * as References from "./api/references.ts"
import * as SignIn from "./api/signIn.ts"
import { uniqueness } from "./api/uniqueness.ts"
import * as Validation from "./api/validation.ts"
import { texts } from "./api/values.ts"
import * as Arbitrary from "./arbitrary/Requirements.ts"
import { surroundings } from "./fixtures/makeProject.ts"

/** A gate must not depend on luck. */
const seed = seedOr(20_260_801)

type Check = (client: Client) => Promise<void>
type Checks = Readonly<Record<string, Check>>

/** Of one backend, which each finds empty. */
const ofAll: Checks = {
  "creates, reads, changes and deletes each entity, with every value at the edge of a rule": Lifecycle.lifecycle,
  "fills in what is left out": exercising(
    ["string", "text", "integer", "number", "boolean", "date", "enum"].flatMap((type) => [
      `${type} left out`,
      // There, the string with a default is required as well.
      ...(type === "string" ? [] : [`${type} emptied`])
    ]),
    Lifecycle.defaults
  ),
  "pages through lists": Listing.paging,
  "sorts by every field, up and down": Listing.sorting,
  "filters by every field": Listing.filters,
  "names all that a page refers to in one answer": labels,
  "refuses each broken rule alone and all together, and stores nothing": Validation.rules,
  "takes no name of a field for JavaScript's own": Validation.prototypes,
  "keeps, takes along or empties what refers to a deleted row": exercising(
    ["restrict", "cascade", "setNull", "another entity's row"],
    References.eachReference
  ),
  "deletes rows that refer to themselves or to each other": exercising(
    ["restrict", "cascade", "setNull"],
    References.rings
  ),
  "follows chains of references": exercising(
    ["restrict", "cascade", "setNull", "restrict between two that go", "setNull between two that go"],
    References.chains
  ),
  "leaves no reference to nothing, whoever is first": exercising(["restrict", "cascade", "setNull"], References.races),
  "gives a unique value to one of many": exercising(["string", "string, required", "integer", "reference"], uniqueness),
  "answers 405 for other methods, with those that there are": Http.methods,
  "answers 404 for unknown paths": Http.unknownPaths,
  "refuses bodies that are malformed or of another type": Http.bodies,
  "refuses bodies over 1 MB, also when they are packed": Http.sizes,
  "sends the headers of an API and tells nothing of its making": Http.headers,
  "reads one request where two could be read": Http.smuggling,
  "agrees with its document about any body": Fuzz.agreement(60, seed),
  "answers any query as its document says": Fuzz.anyQuery(40, seed),
  "meets no path with a fault of its own": Fuzz.anyPath(300, seed)
}

const ofFeatures: Partial<Record<Requirements.Feature, Checks>> = {
  search: { "finds text, whatever it looks like": exercising(Finding.searchable, Finding.search) },
  "csv-export": {
    "exports CSV that reads back, and that no spreadsheet runs": exercising(texts, Finding.csv)
  },
  "audit-log": {
    "records who changed what, and nothing that failed": AuditLog.auditLog,
    "records what a deletion takes along": exercising(["cascade", "setNull"], AuditLog.auditOfReferences)
  },
  "user-authentication": {
    "is closed to everybody without a session": SignIn.closed,
    "opens, keeps apart and ends sessions": SignIn.sessions,
    "knows an e-mail address in each of its forms": SignIn.sameAddress,
    "refuses bad credentials field by field": SignIn.credentials,
    "does not tell who has an account": SignIn.noEnumeration,
    "lets each account do with whose rows what their access says": Access.statuses,
    "tells nothing of rows that are not there for an account": Access.nothingLeaks,
    "deletes nothing along that the account may not delete": Access.deletions,
    "leaves a reference to what the account does not see": Access.keptReferences
  }
}

const sample = (name: string): unknown =>
  parseYaml(readFileSync(new URL(`requirements/${name}.yaml`, import.meta.url), "utf8"))

/** Of the first seeds, those whose projects are neither trivial nor as large as "thirty". */
const drawn = Array.from({ length: 60 }, (_, seed) => [`seed ${seed}`, Arbitrary.sample(seed)] as const)
  .filter(([, value]) => {
    const { entities, features } = Effect.runSync(Requirements.parse(value))
    return entities.length >= 3 && entities.length <= 8 && features.length >= 2
  })
  .slice(0, 4)

const projects: Readonly<Record<string, unknown>> = {
  ...Object.fromEntries(
    ["one-entity", "unicode", "everything", "thirty", "access"].map((name) => [name, sample(name)])
  ),
  ...Object.fromEntries(drawn)
}
// `exercising` knows the project by its name.
assert.strictEqual(Effect.runSync(Requirements.parse(projects.everything)).name, everything)

layer(surroundings, { timeout: Duration.minutes(1), excludeTestServices: true })("the API of", (it) => {
  for (const [name, value] of Object.entries(projects)) {
    const { features } = Effect.runSync(Requirements.parse(value))
    const shared = [ofAll, ...features.map((feature) => ofFeatures[feature] ?? {})].flatMap(Object.entries<Check>)
    // Of a backend each, because failed attempts slow down their address.
    const alone = [
      ["gives every answer that its document promises", everyAnswer] as const,
      ...(features.includes("user-authentication")
        ? [["slows down who guesses passwords", SignIn.bruteForce] as const]
        : [])
    ]
    it.layer(builtProject(value), { timeout: Duration.minutes(5) })(name, (it) => {
      for (const [title, check] of shared) it.scoped(title, () => withClient(check))
      for (const [title, check] of alone) it.scoped(title, () => withBackend(check))
      it.scoped("answers 408 to requests that never end", () =>
        withBackend(Http.unfinished, { env: { REQUEST_TIMEOUT: "1" } })
      )
      if (name === "access") {
        it.scoped("leaves rows without a creator to the administrator", () => Access.withoutCreator)
      }
      it.scoped("keeps everything over a restart", () => Durability.restarts)
      it.scoped("loses nothing that it acknowledged when it is killed while it writes", () => Durability.kills)
    })
  }
})
