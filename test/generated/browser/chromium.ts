/** The Chromium of this machine, found on the PATH as a user's shell would find it. */
import { accessSync, constants } from "node:fs"
import { delimiter, join } from "node:path"
import { Effect } from "effect"
import { chromium } from "playwright-core"

const onPath = (name: string): string | undefined =>
  (process.env.PATH ?? "")
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK)
        return true
      } catch {
        return false
      }
    })

export const executable = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
  .map(onPath)
  .find((file) => file !== undefined)

/** The gate installs Chromium wherever it can: there a missing one is a failure, elsewhere a reason to skip. */
export const required = process.env.CI === "true" && onPath("apt-get") !== undefined

/** One browser, without a window; it ends with the scope. */
export const launched = Effect.acquireRelease(
  Effect.promise(() => {
    if (executable === undefined) throw new Error("There is no Chromium on the PATH: apt-get install chromium.")
    return chromium.launch({
      executablePath: executable,
      // Chromium refuses its sandbox to root, and what is opened here is our own.
      chromiumSandbox: process.getuid?.() !== 0,
      // A container's /dev/shm is too small for it.
      args: ["--disable-dev-shm-usage"]
    })
  }),
  (browser) => Effect.promise(() => browser.close())
)
