import { readdirSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { defineConfig } from "tsdown"
import { digestsOf } from "./actors/fullstack/internal/templateSources.ts"

/**
 * Every module is an entry, and so a file of its own, for its code and for its declarations. Names that are needed to
 * declare something can then be imported by a path, which names inside a shared chunk cannot.
 */
const entries = Object.fromEntries(
  ["src", "layers", "actors", "cli"].flatMap((folder) =>
    readdirSync(new URL(folder, import.meta.url), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .map((file) => {
        const path = `${folder}/${file}`
        return [path.replace(/^src\/|^cli\/(?=main\.ts)/, "").replace(/\.ts$/, ""), path]
      })
  )
)

export default defineConfig({
  entry: entries,
  unbundle: true,
  format: "esm",
  platform: "node",
  target: "node20",
  // They stand in the declarations, where editors show them.
  outputOptions: { comments: { jsdoc: false } },
  dts: true,
  // Who types `npm start` wants to see the program, not 400 names of files.
  logLevel: "error",
  outExtensions: () => ({ js: ".js", dts: ".d.ts" }),
  define: {
    // The templates' sources are not in the bundle, but what was made from them is kept by their digests.
    __TROUPE_TEMPLATE_DIGESTS__: JSON.stringify(
      digestsOf(fileURLToPath(new URL("./actors/fullstack", import.meta.url)))
    )
  }
})
