/**
 * `package.json` and its lock file. Every version is exact, and the lock names no registry: it works behind any.
 *
 * @since 0.1.0
 */
import type { Project } from "../../Project.ts"
import { packageLock } from "./PackageLock.ts"

/**
 * Both files of the frontend's folder. A new version of a dependency is chosen in `PackageLock.ts`, which `npm install`
 * has written; the manifest takes it from there.
 *
 * @category constructors
 */
export const manifest = (project: Project): { readonly packageJson: string; readonly packageLock: string } => {
  const name = `${project.name.kebab}-frontend`
  const lock = JSON.parse(packageLock) as Lock
  const root = lock.packages[""]!
  const packageJson = {
    name,
    version: root.version,
    private: true,
    type: "module",
    engines: root.engines,
    scripts: {
      dev: "vite",
      build: "tsc && vite build",
      preview: "vite preview",
      test: "vitest run",
      typecheck: "tsc"
    },
    dependencies: root.dependencies,
    devDependencies: root.devDependencies
  }
  return {
    packageJson: print(packageJson),
    packageLock: print({ ...lock, name, packages: { ...lock.packages, "": { ...root, name } } })
  }
}

interface Lock {
  readonly name: string
  readonly packages: Readonly<
    Record<
      string,
      {
        readonly name?: string
        readonly version?: string
        readonly engines?: Readonly<Record<string, string>>
        readonly dependencies?: Readonly<Record<string, string>>
        readonly devDependencies?: Readonly<Record<string, string>>
      }
    >
  >
}

const print = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`
