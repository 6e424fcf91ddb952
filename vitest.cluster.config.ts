import { defineConfig } from "vitest/config"

/** `npm run test:cluster`: real processes on a real PostgreSQL, which it starts itself. One of them is killed. */
export default defineConfig({
  test: {
    include: ["test/cluster/postgres/**/*.test.ts"],
    fileParallelism: false
  }
})
