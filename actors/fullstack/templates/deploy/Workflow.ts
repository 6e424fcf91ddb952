/**
 * `.github/workflows/ci.yaml` of the generated project: the only place where GitHub looks for it.
 *
 * Backend and frontend go side by side, and in each the tests go beside type check and build, whose output they do not
 * use. Only what passed both becomes an image, which is built from the sources. Packages and image layers are cached.
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
  const job = (...scripts: ReadonlyArray<string>) => ({
    "runs-on": "ubuntu-24.04",
    "timeout-minutes": 15,
    defaults: { run: { "working-directory": folder } },
    steps: [
      { uses: "actions/checkout@v4" },
      {
        uses: "actions/setup-node@v4",
        with: { "node-version": nodeVersion, cache: "npm", "cache-dependency-path": `${folder}/package-lock.json` }
      },
      { run: "npm ci" },
      ...scripts.map((run) => ({ run }))
    ]
  })
  return {
    [`${folder}-check`]: job("npm run typecheck", "npm run build"),
    [`${folder}-test`]: job("npm test"),
    [`${folder}-image`]: {
      "runs-on": "ubuntu-24.04",
      "timeout-minutes": 20,
      needs: [`${folder}-check`, `${folder}-test`],
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
