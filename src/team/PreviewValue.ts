/** A value as people recognise it in a message: as JSON where it has such a form, cut where it is long. */
export const previewValue = (value: unknown, length: number): string => {
  const text = written(value)
  return text.length <= length ? text : `${text.slice(0, length - 1).trimEnd()}…`
}

const written = (value: unknown): string => {
  // JSON has no form for these, or `null`, which would be another value.
  if (typeof value === "number" || typeof value === "bigint" || typeof value === "symbol") return String(value)
  try {
    return JSON.stringify(value) ?? typeof value
  } catch {
    // A cycle, a bigint inside, or a `toJSON` that throws: its kind has to do.
    return typeof value
  }
}
