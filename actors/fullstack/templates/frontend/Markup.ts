/**
 * Text of the user's inside HTML and Markdown.
 *
 * @since 0.1.0
 */

/**
 * Text for HTML, in elements and in quoted attributes.
 *
 * @category combinators
 */
export const html = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)

/**
 * Text for one line of Markdown: nothing in it is markup.
 *
 * @category combinators
 */
export const markdown = (text: string): string =>
  text
    .replace(/\s+/g, " ")
    .trim()
    .replace(/[\\`*_{}[\]()#+\-.!|<>~&]/g, (sign) => `\\${sign}`)
