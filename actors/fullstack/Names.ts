/**
 * Turns a name in any Unicode into the forms that SQL, URLs, TypeScript and people want.
 *
 * The rule is one for all targets, so that the table, the path and the component of an entity can be found from each
 * other: letters are transliterated to ASCII, words are split at case changes and at whatever is no letter or digit, and
 * a form that would start with a digit gets an `n` in front. Two names may meet in one form: `Requirements.parse` looks
 * for that and refuses, because a silent number at the end would change when somebody reorders the file.
 *
 * @since 0.1.0
 */
import anyAscii from "any-ascii"
import pluralize from "pluralize"

/**
 * One name in all the forms the targets take. `kebab`, `camel`, `pascal` and `snake` are ASCII letters and digits, start
 * with a letter and are never empty. They are not checked against reserved words: generated code therefore never uses
 * one alone as an identifier, always with a prefix or suffix of its own (`OrderRow`, `listOrders`), and quotes it in SQL.
 */
export interface Name {
  /** As it stands in the requirements: the JSON name of a field, the title of an entity. Any Unicode; escape it. */
  readonly written: string
  /** For people: `OrderLine` and `order_line` read "Order line". Any Unicode; escape it. */
  readonly title: string
  readonly kebab: string
  readonly camel: string
  readonly pascal: string
  readonly snake: string
}

/** Longest safe form: file systems end at 255 bytes, and generated files add prefixes and suffixes of their own. */
export const maxLength = 100

/**
 * The words of a name in lower-case ASCII: `HTTPServer` gives `http`, `server`; `任务` gives `ren`, `wu`. Empty when the
 * name holds no letter and no digit, as an emoji does.
 *
 * @category combinators
 */
export const words = (written: string): ReadonlyArray<string> =>
  split(written)
    // Some scripts transliterate to several words or to punctuation (`½` gives `1/2`), so what came out is split again.
    .flatMap((word) => split(anyAscii(word)))
    .map((word) => word.replace(/[^A-Za-z0-9]/g, "").toLowerCase())
    .filter((word) => word !== "")

/**
 * All forms of a name. The name must have at least one word, which `Requirements.parse` has checked.
 *
 * @category constructors
 */
export const make = (written: string): Name => fromWords(written, title(written), words(written))

/**
 * The plural of a name in all its forms: the last word is inflected by English rules, irregular ones included. Where a
 * word has no plural of its own (`sheep`, `news`) the forms equal the singular's.
 *
 * @category constructors
 */
export const plural = (written: string): Name => {
  const all = words(written)
  const shown = title(written)
  // English inflection of a word in another script would be nonsense on a page, so there the title stays as it is.
  const last = /[A-Za-z]+$/.exec(shown)?.[0]
  const many = last === undefined || /\P{ASCII}/u.test(shown.split(" ").at(-1) ?? "") ? shown : inflect(shown, last)
  return fromWords(written, many, [...all.slice(0, -1), ...all.slice(-1).map((word) => pluralize.plural(word))])
}

const inflect = (shown: string, last: string) =>
  shown.slice(0, shown.length - last.length) + (isAcronym(last) ? `${last}s` : pluralize.plural(last))

const fromWords = (written: string, shown: string, all: ReadonlyArray<string>): Name => {
  const [first = "", ...rest] = all
  const safe = /^[0-9]/.test(first) ? [`n${first}`, ...rest] : all
  const pascal = safe.map(capital).join("")
  return {
    written,
    title: shown,
    kebab: safe.join("-"),
    camel: pascal.charAt(0).toLowerCase() + pascal.slice(1),
    pascal,
    snake: safe.join("_")
  }
}

/** `orderLine` reads `Order line`; a word in capitals (`URL`) keeps them. */
const title = (written: string): string => {
  const shown = split(written).map((word) => (isAcronym(word) ? word : word.toLowerCase()))
  const text = shown.join(" ")
  const [head = ""] = text
  return head.toUpperCase() + text.slice(head.length)
}

const isAcronym = (word: string) => [...word].length > 1 && word === word.toUpperCase()

const split = (text: string): ReadonlyArray<string> =>
  text
    .normalize("NFC")
    .replace(/['’]/gu, "")
    .replace(/([\p{Ll}\p{N}])(\p{Lu})/gu, "$1 $2")
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, "$1 $2")
    .split(/[^\p{L}\p{M}\p{N}]+/u)
    .filter((word) => /[\p{L}\p{N}]/u.test(word))

const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1)
