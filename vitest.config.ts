import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Suites that install and build whole projects, or run a database, have scripts of their own.
    exclude: ["test/generated/**", "test/packaging/**", "test/cluster/postgres/**", "node_modules/**"],
    setupFiles: ["test/fixedSeed.ts"],
    // Vitest leaves one core to itself by default; on two cores that would run the suite one file at a time.
    maxWorkers: 2,
    minWorkers: 1,
    // Each worker loads Effect once instead of once for each file, which was a third of the time. So a test
    // that changes a shared object (`vi.spyOn`) must restore it; `vitest run --sequence.shuffle.files` finds who does not.
    isolate: false,
    testTimeout: 20_000,
    hookTimeout: 60_000
  }
})
