import { defineConfig } from "vitest/config"

/** `npm run test:generated`: whole projects are made, installed once, built and asked. Needs the npm registry. */
export default defineConfig({
  test: {
    include: ["test/generated/**/*.test.ts"],
    // One project at a time: its own tests use every core there is.
    fileParallelism: false,
    // Of tests that are marked as concurrent.
    maxConcurrency: 2,
    testTimeout: 300_000,
    hookTimeout: 300_000
  }
})
