/**
 * `package.json` and its lock file. Every version is exact, and the lock names no registry: it works behind any.
 *
 * @since 0.1.0
 */
import { jsonFile } from "../../internal/Layout.ts"
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
    packageJson: jsonFile(packageJson),
    // Laid out as npm does it, which rewrites it.
    packageLock: `${JSON.stringify({ ...lock, name, packages: { ...lock.packages, "": { ...root, name } } }, null, 2)}\n`
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
