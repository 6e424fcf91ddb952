/**
 * Draws the same in every run of `npm test`, so that what passed once passes again until the code changes, and a recorded
 * mistake that was found is found again. `FAST_CHECK_SEED=… npm test` draws otherwise; `npm run soak` does so by itself.
 */
import fc from "fast-check"

fc.configureGlobal({ seed: Number(process.env.FAST_CHECK_SEED ?? 2026) })
