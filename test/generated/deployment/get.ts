/** One request, answered whole. */
import { Effect } from "effect"

export const get = (url: string, init: RequestInit = {}) =>
  Effect.promise(() => fetch(url, init).then(async (answer) => ({ status: answer.status, text: await answer.text() })))
