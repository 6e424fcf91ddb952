/**
 * `.github/workflows/ci.yaml` of the generated project: the only place where GitHub looks for it.
 *
 * Backend and frontend go side by side, and in each checking goes beside building; only what passed both is tested, and
 * only what passed its tests becomes an image. Packages and image layers are cached.
 *
 * @since 0.1.0
 */
import type { GeneratedFile } from "../../Project.ts"
import type { DeployNames } from "./DeployNames.ts"
import { nodeImage } from "./Images.ts"
import * as Yaml from "./Yaml.ts"

/**
 * The workflow.
 *
 * @category constructors
 */
export const workflow = (names: DeployNames): GeneratedFile => ({
  path: ".github/workflows/ci.yaml",
  content: Yaml.render(
    ["Checks, builds and tests both parts side by side, then builds their images. Nothing is published."],
    [
      {
        name: "CI",
        on: { push: { branches: ["main"] }, pull_request: {} },
        permissions: { contents: "read" },
        // biome-ignore lint/suspicious/noTemplateCurlyInString: GitHub's own placeholder
        concurrency: { group: "ci-${{ github.ref }}", "cancel-in-progress": true },
        jobs: { ...part("backend", names), ...part("frontend", names) }
      }
    ]
  )
})

const nodeVersion = /^node:(\d+\.\d+\.\d+)/.exec(nodeImage)?.[1] ?? "lts/*"

const part = (folder: "backend" | "frontend", names: DeployNames) => {
  const job = (steps: ReadonlyArray<Yaml.Value>, needs?: ReadonlyArray<string>) => ({
    "runs-on": "ubuntu-24.04",
    "timeout-minutes": 15,
    needs,
    defaults: { run: { "working-directory": folder } },
    steps: [
      { uses: "actions/checkout@v4" },
      {
        uses: "actions/setup-node@v4",
        with: { "node-version": nodeVersion, cache: "npm", "cache-dependency-path": `${folder}/package-lock.json` }
      },
      { run: "npm ci" },
      ...steps
    ]
  })
  return {
    [`${folder}-check`]: job([
      { name: "Lint", run: "npm run --if-present lint" },
      { name: "Types", run: "npx --no-install tsc --noEmit" }
    ]),
    [`${folder}-build`]: job([
      { run: "npm run build" },
      { uses: "actions/upload-artifact@v4", with: { name: `${folder}-dist`, path: `${folder}/dist` } }
    ]),
    [`${folder}-test`]: job(
      [
        { uses: "actions/download-artifact@v4", with: { name: `${folder}-dist`, path: `${folder}/dist` } },
        { run: "npm test" }
      ],
      [`${folder}-check`, `${folder}-build`]
    ),
    [`${folder}-image`]: {
      "runs-on": "ubuntu-24.04",
      "timeout-minutes": 20,
      needs: [`${folder}-test`],
      steps: [
        { uses: "actions/checkout@v4" },
        { uses: "docker/setup-buildx-action@v3" },
        {
          uses: "docker/build-push-action@v6",
          with: {
            context: ".",
            file: `deploy/${folder}.Dockerfile`,
            push: false,
            tags: `${names[folder]}:\${{ github.sha }}`,
            "cache-from": `type=gha,scope=${folder}`,
            "cache-to": `type=gha,scope=${folder},mode=max`
          }
        }
      ]
    }
  }
}
