import { fileURLToPath } from "node:url"
import { defineConfig } from "tsdown"
import { digestsOf } from "./actors/fullstack/internal/templateSources.ts"

export default defineConfig({
  entry: {
    main: "cli/main.ts",
    index: "src/index.ts",
    layers: "layers/index.ts",
    actors: "actors/index.ts"
  },
  format: "esm",
  platform: "node",
  target: "node20",
  dts: true,
  // Who types `npm start` wants to see the program, not 80 names of files.
  logLevel: "error",
  outExtensions: () => ({ js: ".js", dts: ".d.ts" }),
  define: {
    // The templates' sources are not in the bundle, but what was made from them is kept by their digests.
    __TROUPE_TEMPLATE_DIGESTS__: JSON.stringify(
      digestsOf(fileURLToPath(new URL("./actors/fullstack", import.meta.url)))
    )
  }
})
