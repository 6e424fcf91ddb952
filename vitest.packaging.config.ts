import { defineConfig } from "vitest/config"

/** `npm run test:packaging`: the packed package in a fresh app. Needs the npm registry. */
export default defineConfig({
  test: {
    include: ["test/packaging/**/*.test.ts"],
    testTimeout: 180_000,
    hookTimeout: 300_000
  }
})
