import { defineConfig } from "tsdown"

export default defineConfig({
  entry: {
    main: "src/main.ts",
    index: "src/index.ts",
    layers: "layers/index.ts",
    actors: "actors/index.ts"
  },
  format: "esm",
  platform: "node",
  target: "node20",
  dts: true,
  outExtensions: () => ({ js: ".js", dts: ".d.ts" })
})
