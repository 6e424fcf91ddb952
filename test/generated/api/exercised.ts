/**
 * What a check really did. Some checks pass over entities that have no room for the rows they need: a fault there could
 * let a check pass over all of them and prove nothing, so each says what it exercised.
 */
import { assert } from "@effect/vitest"
import type { Client } from "./client.ts"

/** The name of the project that has one of each, in `requirements/everything.yaml`. */
export const everything = "Everything"

export type Exercised = ReadonlySet<string>

/** In the project that has one of each, the check must exercise all of this; in others, as much as there is room for. */
export const exercising =
  (kinds: ReadonlyArray<string>, check: (client: Client) => Promise<Exercised>) => async (client: Client) => {
    const exercised = await check(client)
    if (client.api.requirements.name !== everything) return
    assert.includeMembers([...exercised], [...kinds])
  }
