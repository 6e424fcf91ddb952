/** The span of a message: a child of its sender's, as far as a trace that has to end allows. */
import { Effect, Option, Tracer } from "effect"
import { Ask, type Attachment } from "./attachment.ts"

export interface Handling {
  /** The name that the actor's type gives to its spans. */
  readonly spanName: string
  readonly id: string
  readonly type: string
  readonly message_tag: string
  /** What the message came with. */
  readonly attachment: Attachment | undefined
}

/** Runs the handling of a message in its span. */
export const traced = (
  effect: Effect.Effect<unknown, unknown>,
  { attachment, id, message_tag, spanName, type }: Handling
): Effect.Effect<unknown, unknown> =>
  Effect.withSpan(effect, `${spanName}.${message_tag}`, {
    kind: attachment instanceof Ask ? "server" : "consumer",
    attributes: { "actor.id": id, "actor.type": type, "message.tag": message_tag },
    captureStackTrace: false,
    ...belongsTo(attachment)
  })

/** At most so many spans stand above that of a message that was told; the next one begins a trace. */
const maxDepth = 100

/**
 * A tell at the end of a long chain, such as that of an actor which tells itself, begins a trace instead and is linked to its
 * sender's span by name alone: a tracer keeps a span as long as its descendants.
 */
const belongsTo = (attachment: Attachment | undefined) => {
  const span = attachment?.span
  if (span === undefined) return { root: true }
  if (attachment instanceof Ask || !isDeep(span)) return { parent: span }
  const { sampled, spanId, traceId } = span
  const from = Tracer.externalSpan({ spanId, traceId, sampled })
  return { root: true, links: [{ _tag: "SpanLink" as const, span: from, attributes: {} }] }
}

const isDeep = (span: Tracer.AnySpan): boolean => {
  let at: Tracer.AnySpan | undefined = span
  for (let depth = 1; at !== undefined; depth++) {
    if (depth >= maxDepth) return true
    at = at._tag === "Span" ? Option.getOrUndefined(at.parent) : undefined
  }
  return false
}
