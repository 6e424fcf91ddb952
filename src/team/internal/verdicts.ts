/** Of two verdicts about one thing the worse one counts: a later, kinder word does not take back an earlier one. */
import type { Verdict } from "../Agent.ts"

const severity = { verified: 0, notVerified: 1, failed: 2 }

/** The first of two that are equally bad. */
export const worse = (a: Verdict, b: Verdict): Verdict => (severity[b._tag] > severity[a._tag] ? b : a)
