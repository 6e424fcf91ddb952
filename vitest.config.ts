import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Suites that install and build whole projects have scripts of their own.
    exclude: ["test/generated/**", "node_modules/**"],
    testTimeout: 20_000,
    hookTimeout: 60_000
  }
})
