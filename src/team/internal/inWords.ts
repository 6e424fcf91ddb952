/** What went wrong, for people: an error's own message, without a stack, and never an empty string. */
export const inWords = (error: unknown): string => {
  if (typeof error === "string" && error !== "") return error
  if (typeof error === "object" && error !== null) {
    const { _tag, message } = error as { readonly _tag?: unknown; readonly message?: unknown }
    if (typeof message === "string" && message.trim() !== "") return message
    if (typeof _tag === "string") return _tag
  }
  return String(error)
}
