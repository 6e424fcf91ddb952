/** Restarts of one agent's actor in one run. */
export const maxRestarts = 2
