/**
 * Draws the same in every run of `npm test`, so that what passed once passes again until the code changes, and a recorded
 * mistake that was found is found again. `SEED=… npm test` draws otherwise.
 */
import fc from "fast-check"
import { seedOr } from "./seed.ts"

fc.configureGlobal({ seed: seedOr(2026) })
