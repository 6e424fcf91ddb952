/**
 * The tests that a generated test file holds, as vitest would name them: read from the text, one group deep.
 */
export const namedTests = (text) => {
  const found = []
  let group = []
  for (const [, kind, literal] of text.matchAll(
    /\b(describe|it|test)(?:\.\w+)?\(\s*("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')/g
  )) {
    // A literal that our own templates wrote, so it can be read as the language reads it.
    const title = new Function(`return ${literal}`)()
    if (kind === "describe") group = [title]
    else found.push({ ancestorTitles: group, title, status: "passed" })
  }
  return found
}
