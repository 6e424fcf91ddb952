/**
 * The tests that a generated test file holds, as vitest would name them: read from the text, one group deep.
 */
export const namedTests = (text) => {
  const found = []
  let group = []
  for (const [, kind, literal] of text.matchAll(/\b(describe|it|test)(?:\.\w+)?\(\s*("(?:[^"\\\n]|\\.)*")/g)) {
    const title = JSON.parse(literal)
    if (kind === "describe") group = [title]
    else found.push({ ancestorTitles: group, title, status: "passed" })
  }
  return found
}
