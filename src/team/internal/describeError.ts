/** What went wrong, for people: an error's own message, without a stack, and never an empty string. */
import { previewValue } from "../PreviewValue.ts"

/** Characters of an error's fields that are shown where it has no message. */
const FIELDS_LENGTH = 200

export const describeError = (error: unknown): string => {
  try {
    return words(error)
  } catch {
    // A getter, a proxy or a `toString` of its author's throws.
    return UNREADABLE
  }
}

const words = (error: unknown): string => {
  if (error === "") return NO_MESSAGE
  if (typeof error === "string") return error
  if (typeof error !== "object" || error === null) return String(error)
  const { _tag, message } = error as { readonly _tag?: unknown; readonly message?: unknown }
  if (typeof message === "string" && message.trim() !== "") return message
  // An error of one's own is often its fields and nothing else: they are the message then.
  const name = typeof _tag === "string" ? _tag : error instanceof Error ? error.name : ""
  const fields = Object.entries(error).filter(([key]) => !NO_FIELDS.has(key))
  if (fields.length === 0) return name === "" ? NO_MESSAGE : name
  return `${name} ${previewValue(Object.fromEntries(fields), FIELDS_LENGTH)}`.trim()
}

const NO_MESSAGE = "an error without a message"
const UNREADABLE = "an error that throws when it is read"

/** Nor what libraries keep of the exchange that failed: it holds headers, and in them keys. */
const NO_FIELDS: ReadonlySet<string> = new Set(["_tag", "name", "message", "stack", "cause", "request", "response"])
