/**
 * Names that are imported from somewhere else now. For one version the old import still links, so that what it says is
 * the new path, and not that an export is missing.
 *
 * @since 0.1.0
 */

/** What stands under an old name: its type says where the name is now. @category models */
export interface Moved<Path extends string> {
  readonly "is now imported from": Path
}

/** Throws when anything is read from it. @category constructors */
export const moved = <Path extends string>(name: string, path: Path): Moved<Path> =>
  new Proxy(Object.create(null), {
    get: () => {
      throw new Error(message(name, path))
    }
  })

/** What somebody is told who imports `name` from where it was. @category constructors */
export const message = (name: string, path: string): string =>
  `${name} has moved: write import { ${name} } from "${path}".`
