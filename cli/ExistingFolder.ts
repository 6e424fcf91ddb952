/**
 * The nearest folder that is there: where something would be made, somebody must be allowed to write.
 *
 * @since 0.1.0
 */
import { existsSync } from "node:fs"
import { dirname } from "node:path"

/** `folder`, or the nearest above it that exists; the root where none does. @category combinators */
export const above = (folder: string): string =>
  existsSync(folder) || dirname(folder) === folder ? folder : above(dirname(folder))
