/**
 * Lengths of time for people: `340 ms`, `2.1 s`, `3 min 05 s`, `1 h 02 min`.
 *
 * @since 0.1.0
 */

/** `milliseconds` in words; one unit below the largest, never more precise than was measured. @category combinators */
export const show = (milliseconds: number): string => {
  const ms = Math.max(0, Math.round(milliseconds))
  if (ms < 1000) return `${ms} ms`
  // 59 960 ms would read "60.0 s".
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`
  const seconds = Math.round(ms / 1000)
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${two(seconds % 60)} s`
  const minutes = Math.round(seconds / 60)
  return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`
}

/** For a clock that ticks on a screen: as `show`, but never jumps between units below a second. @category combinators */
export const ticking = (milliseconds: number): string =>
  milliseconds < 1000 ? `${(Math.max(0, milliseconds) / 1000).toFixed(1)} s` : show(milliseconds)

const two = (value: number) => String(value).padStart(2, "0")
