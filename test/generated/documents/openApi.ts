/** An OpenAPI document that is sound: valid by the published schema of 3.1, no reference into nothing, no operation twice. */
import { assert } from "@effect/vitest"
import { validate } from "@hyperjump/json-schema/openapi-3-1"

// biome-ignore lint/suspicious/noExplicitAny: what a YAML or JSON reader gives; whether it is a document is the question
export const assertSound = async (api: any): Promise<void> => {
  const output = await validate("https://spec.openapis.org/oas/3.1/schema-base", api, "BASIC")
  assert.isTrue(output.valid, JSON.stringify(output).slice(0, 2000))
  const operations = new Set<unknown>()
  for (const object of objects(api)) {
    if (typeof object.$ref === "string") assert.isDefined(resolve(api, object.$ref), object.$ref)
    if (typeof object.operationId !== "string") continue
    assert.isFalse(operations.has(object.operationId), object.operationId)
    operations.add(object.operationId)
  }
}

function* objects(value: unknown): Generator<Readonly<Record<string, unknown>>> {
  if (typeof value !== "object" || value === null) return
  if (!Array.isArray(value)) yield value as Readonly<Record<string, unknown>>
  for (const inner of Object.values(value)) yield* objects(inner)
}

const resolve = (document: unknown, ref: string): unknown =>
  ref
    .slice(2)
    .split("/")
    .reduce<unknown>((at, key) => (at as Readonly<Record<string, unknown>> | undefined)?.[key], document)
