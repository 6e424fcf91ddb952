/**
 * Which paths may be written below an output folder, decided on the text alone; where links lead is for the folder's own
 * layer to find out.
 *
 * @since 0.1.0
 */

/** Why a path is refused, or `undefined` where it is fine. @category combinators */
export const refusal = (path: string): string | undefined => {
  if (path === "") return "the path is empty"
  if (path.includes("\0")) return "the path holds a NUL character"
  if (path.startsWith("/") || path.startsWith("\\") || /^[A-Za-z]:/.test(path)) return "the path is absolute"
  if (path.includes("\\")) return "the path holds a backslash"
  const parts = path.split("/")
  if (parts.includes("..")) return "the path leads out of the output folder"
  if (parts.includes("") || parts.includes(".")) return "the path is not in its simplest form"
  if (parts[0] === ".troupe") return "the folder .troupe is kept for the run's own notes"
  return undefined
}
