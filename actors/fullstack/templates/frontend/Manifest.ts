/**
 * `package.json` and its lock file. Every version is exact, and the lock names no registry: it works behind any.
 *
 * @since 0.1.0
 */
import { jsonFile } from "../../internal/Layout.ts"
import type { Project } from "../../Project.ts"
import lock from "./lock.json" with { type: "json" }

/**
 * Both files of the frontend's folder. A new version of a dependency is chosen in `lock.json`, which `npm install` has
 * written; the manifest takes it from there.
 *
 * @category constructors
 */
export const manifest = (project: Project): { readonly packageJson: string; readonly packageLock: string } => {
  const name = `${project.name.kebab}-frontend`
  const root = lock.packages[""]
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
