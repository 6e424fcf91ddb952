/** Why an agent cannot read its part of the input, told like every other mistake in it: place, found, expected, next step. */
import { ParseResult } from "effect"
import type * as Agent from "../Agent.ts"
import { InputError, type InputIssue } from "../InputError.ts"
import { previewValue } from "../PreviewValue.ts"

export const inputRefusal = (agent: Agent.Any, picked: unknown, error: ParseResult.ParseError): InputError => {
  // The members of a union each tell their own mistake about the same place.
  const places = new Map<string, Array<ParseResult.ArrayFormatterIssue>>()
  for (const issue of ParseResult.ArrayFormatter.formatErrorSync(error)) {
    const path = issue.path.map(String).join(".")
    places.set(path, [...(places.get(path) ?? []), issue])
  }
  return new InputError({
    source: "input",
    issues: [...places].map(([path, issues]) => issueAt(agent.name, path, issues, picked))
  })
}

const issueAt = (
  agent: string,
  path: string,
  issues: ReadonlyArray<ParseResult.ArrayFormatterIssue>,
  picked: unknown
): InputIssue => {
  const reader = `for the agent ${JSON.stringify(agent)}`
  if (issues.every((issue) => issue._tag === "Missing")) {
    return { path, expected: `a value ${reader}`, fix: `Add ${JSON.stringify(path)}.` }
  }
  const found = previewValue(valueAt(picked, issues[0]!.path), 60)
  if (issues.every((issue) => issue._tag === "Unexpected")) {
    return { path, found, expected: `nothing here ${reader}`, fix: `Remove ${JSON.stringify(path)}.` }
  }
  // Words of the schema's own say what no type can.
  const [types, words] = [new Set<string>(), new Set<string>()]
  for (const { message } of issues) {
    const type = /^Expected (.*), actual /s.exec(message)?.[1]
    if (type === undefined) words.add(message)
    else types.add(describeType(type))
  }
  const remark = words.size === 0 ? "" : ` (${[...words].join("; ")})`
  return { path, found, expected: `${types.size === 0 ? "another value" : [...types].join(" or ")} ${reader}${remark}` }
}

const describeType = (type: string): string => {
  if (/^(ReadonlyArray<.*>|readonly \[.*\])$/s.test(type)) return `a list: ${type}`
  if (/^\{.*\}$/s.test(type)) return `an object: ${type}`
  return WORDS[type] ?? type
}

const WORDS: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  boolean: "true or false",
  NonEmptyString: "a text that is not empty",
  Int: "a whole number"
}

const valueAt = (value: unknown, path: ReadonlyArray<PropertyKey>): unknown =>
  path.reduce<unknown>(
    // Any value may be asked for a property once it is an object.
    (at, key) => (typeof at === "object" && at !== null ? (at as Record<PropertyKey, unknown>)[key] : undefined),
    value
  )
