/** Signs in, where a project has accounts; where it has none, everything is open. */
import { assert } from "@effect/vitest"
import type { Answer, Client } from "./client.ts"

export const password = "correct horse battery"

export const cookieOf = (answer: Answer): string => {
  const [cookie = ""] = answer.headers["set-cookie"] ?? []
  assert.match(cookie, /^[^=]+=[^;]+/, answer.shown)
  return cookie.split(";")[0]!
}

/**
 * Makes an account and gives its cookie to the client. Returns the account's id, or null without accounts. The first one
 * is the administrator, who opens registration for those that follow.
 */
export const signUp = async (client: Client, email = "anna@example.test"): Promise<string | null> => {
  if (!client.api.has("user-authentication")) return null
  const answer = await client.expect(201, "POST", "/api/auth/register", { body: { email, password }, cookie: "" })
  client.cookie = cookieOf(answer)
  if (answer.json.administrator === true) {
    await client.expect(200, "PUT", "/api/auth/registration", { body: { open: true } })
  }
  return answer.json.id as string
}
