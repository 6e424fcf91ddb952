/**
 * The asynchronous context of no request, for a run queue that serves all of them.
 *
 * Node hands its `AsyncLocalStorage` on from whoever registers a callback to the callback. A queue that is woken by one
 * request would run the work of all others in that one's storage.
 */
import { AsyncLocalStorage } from "node:async_hooks"

/** Runs `work` at once, in the context in which this module was loaded, which is no request's. */
export const outside: (work: () => void) => void = AsyncLocalStorage.snapshot()
