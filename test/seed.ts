/**
 * The one variable that changes what tests draw. Without it each draws the same every time, except in a soak, which draws
 * anew and prints its seed. Tests that give a seed of their own do not read it.
 *
 * - `SEED=7 npm test`: what fast-check draws.
 * - `SEED=7 npm run test:generated`: of `seeds`, the requirements to make a project of; of `mutations`, where the mistakes are
 *   made; of `api`, the requests that nobody chose. Of `seeds` alone there is more to say: `SEEDS=300` makes as many
 *   projects, from that seed on, and `SHRINK=1` looks for the smallest requirements that still fail.
 * - `SEED=7 npm run soak`: the first of its projects, and its interleavings.
 */
export const seedOr = (usual: number): number => {
  const given = process.env.SEED
  if (given === undefined) return usual
  if (!/^\d{1,10}$/.test(given)) throw new Error(`SEED must be a whole number of at most ten digits, not "${given}".`)
  return Number(given)
}
