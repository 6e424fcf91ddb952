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
  if (isNamed(parts[0]!, "troupe")) return "the folder .troupe is kept for the run's own notes"
  // At any depth: git runs the hooks and programs that the nearest one names.
  if (parts.some((part) => isNamed(part, "git"))) return "the folder .git is git's own"
  return undefined
}

/**
 * Whether some file system takes `part` for the name `.<name>`: by case (APFS, NTFS, HFS+), by characters that it ignores
 * (HFS+), by dots and blanks at the end, a stream's name or a short name (NTFS, also mounted elsewhere). Source of the
 * rules: `verify_path` of git, after CVE-2014-9390 and CVE-2019-1352.
 */
const isNamed = (part: string, name: string): boolean => {
  const plain = part
    .normalize("NFKC")
    .replace(IGNORED, "")
    .toUpperCase()
    .toLowerCase()
    .replace(/:.*$/su, "")
    .replace(/[. ]+$/u, "")
  return plain === `.${name}` || new RegExp(`^${name}~\\d+$`, "u").test(plain)
}

/** What HFS+ leaves out when it compares names. */
const IGNORED = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/gu
