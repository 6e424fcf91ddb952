/**
 * Makes an error without a stack. Delivery errors are made by the runtime for somebody else: their stacks would only show
 * the runtime, and taking one costs more than delivering a hundred messages.
 */
export const stackless = <A>(make: () => A): A => {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = 0
  try {
    return make()
  } finally {
    Error.stackTraceLimit = limit
  }
}
