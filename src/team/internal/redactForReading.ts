/**
 * What leaves a run for people to read, its events and its report: without known secrets, and every text in it bounded. An
 * agent's error may hold whatever a server has answered.
 */
import * as Redaction from "../../secrets/Redaction.ts"
import type { Service } from "../../secrets/Secrets.ts"

/** Characters of one text, such as a reason or a note. */
const maxText = 4000

export const redactForReading =
  ({ redact }: Service) =>
  <A>(value: A): A =>
    Redaction.deep((text) => cut(redact(text)), value)

// Cut after secrets were taken out: of one that is cut first, a part would stay.
const cut = (text: string): string => (text.length <= maxText ? text : `${text.slice(0, maxText - 1)}…`)
