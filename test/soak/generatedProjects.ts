/** Projects of 300 arbitrary requirements, built and tested by `test/generated/seeds.test.ts`, two at a time. */
import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { seedOr } from "../seed.ts"

const vitest = join(dirname(createRequire(import.meta.url).resolve("vitest/package.json")), "vitest.mjs")

export const generatedProjects = async (): Promise<string> => {
  const seed = seedOr(Date.now() % 2 ** 31)
  const count = 300
  const child = spawn(
    process.execPath,
    [vitest, "run", "--config", "vitest.generated.config.ts", "test/generated/seeds"],
    {
      stdio: "inherit",
      env: { ...process.env, SEED: `${seed}`, SEEDS: `${count}` }
    }
  )
  const [code] = await once(child, "exit")
  assert.equal(code, 0, `some of the projects from seed ${seed} on do not hold; each says above how to see it again`)
  return `${count} projects from SEED=${seed}`
}
