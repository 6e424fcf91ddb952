/**
 * Takes known secrets out of text, in every form in which they may stand there.
 *
 * This is the last filter, not the first: whoever reads a secret keeps it `Redacted`, and errors are built from chosen
 * fields. But a server may echo the key it was sent, an error of a library may hold a whole request, and a person may
 * write a password into a URL. Found are a secret as it is, percent-encoded, escaped for JSON or HTML in whole or in
 * part, within Base64 and Base64url at any position (such as `Basic` credentials), and cut off behind its first 20
 * characters; a long one by its first 96 characters, and one of several lines or words also by each that looks random. Not found is what somebody hid on purpose: reversed, encrypted, hexadecimal, or spelled over two texts.
 *
 * Loads nothing, so that the program can use it before it has loaded Effect.
 *
 * @since 0.1.0
 */

/** What stands where a secret was. @category models */
export const mark = "[redacted]"

/** Text without what must not leave. @category models */
export type Redact = (text: string) => string

/**
 * Shorter values are no secrets: they can be guessed, and taking them out would blank ordinary words. Servers that want no
 * key are given ones like `none`. In characters.
 *
 * @category models
 */
export const minLength = 8

/** What is long enough that it stands in nobody's text by chance, so that it may be taken out of files as well. */
const unmistakableLength = 16

/**
 * Whether a value is taken out at all: at least {@link minLength} characters, and no plain word such as `lm-studio`
 * (letters of one case, hyphens and underscores only, below 12 characters).
 *
 * @category predicates
 */
export const isSecret = (value: string): boolean =>
  value.length >= minLength && (value.length >= 12 || !/^(?:[a-z_-]+|[A-Z_-]+)$/.test(value))

/**
 * Whether it may be taken out of what agents make: at least 16 characters. A shorter password may be a word of somebody's
 * project, whose files it must not break.
 *
 * @category predicates
 */
export const isUnmistakable = (value: string): boolean => value.length >= unmistakableLength

/**
 * Takes the given secrets out, whatever their length: whether one is worth it, `isSecret` says. One that is written `//…@`
 * is taken out only where it stands so, as the credentials of an address.
 *
 * @category constructors
 */
export const make = (secrets: Iterable<string>): Redact => {
  // The longest first: one secret may hold another. A pattern each: of all in one, matching would no more be compiled.
  const patterns = [...new Set([...secrets].flatMap((secret) => [secret, ...partsOf(secret)]))]
    .filter((secret) => secret !== "")
    .sort((a, b) => b.length - a.length)
    .map((secret) => new RegExp(patternsOf(secret).join("|"), "g"))
  return (text) => patterns.reduce((rest, pattern) => rest.replace(pattern, mark), text)
}

/**
 * The same value with `redact` applied to every string in it, also to keys. What holds no secret is returned as it is, not
 * a copy. Objects of classes keep their class; cycles are left alone.
 *
 * @category combinators
 */
export const deep = <A>(redact: Redact, value: A): A => visit(redact, value, new Set()) as A // the same shape, string by string

const visit = (redact: Redact, value: unknown, above: Set<object>): unknown => {
  if (typeof value === "string") return redact(value)
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value) || above.has(value)) return value
  above.add(value)
  try {
    if (Array.isArray(value)) {
      const items = value.map((item) => visit(redact, item, above))
      return items.some((item, at) => item !== value[at]) ? items : value
    }
    const entries = Object.entries(value)
    const clean = entries.map(([key, item]) => [redact(key), visit(redact, item, above)] as const)
    if (clean.every(([key, item], at) => key === entries[at]![0] && item === entries[at]![1])) return value
    return Object.assign(Object.create(Object.getPrototypeOf(value)), Object.fromEntries(clean))
  } finally {
    above.delete(value)
  }
}

/** The same bytes, read as UTF-8 where they are, else as one character a byte. @category combinators */
export const bytes = (redact: Redact, given: Uint8Array): Uint8Array => {
  const held = Buffer.from(given.buffer, given.byteOffset, given.byteLength)
  const encoding = Buffer.from(held.toString("utf8"), "utf8").equals(held) ? "utf8" : "latin1"
  const text = held.toString(encoding)
  const clean = redact(text)
  return clean === text ? given : new Uint8Array(Buffer.from(clean, encoding))
}

/** The address for people: without user, password, query and fragment. Text that is no URL stays. @category combinators */
export const withoutCredentials = (url: string): string => {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(url) || !URL.canParse(url)) return url
  const { host, pathname, protocol } = new URL(url)
  // As it was written, where a URL would only add the slash of an empty path.
  return `${protocol}//${host}${pathname === "/" && !url.endsWith("/") ? "" : pathname}`
}

/**
 * What is secret about the addresses in a text, wherever they stand in it: the user and password of each, together, and as
 * the token of basic authentication; the password alone where it is one by {@link isSecret}; keys and tokens in the query.
 *
 * @category combinators
 */
export const ofUrls = (text: string): ReadonlyArray<string> => [
  ...[...text.matchAll(/[a-z][a-z0-9+.-]*:\/\/([^\s/?#"'<>]*)@/gi)].flatMap(([, written]) => {
    if (written === mark) return []
    const credentials = decoded(written!)
    // A user alone, such as `ssh://git@host`, is no secret, unless it is a token.
    const found = [credentials, credentials.slice(credentials.indexOf(":") + 1)].filter(isSecret)
    // In its place a password is unmistakable, however short it is.
    return credentials.includes(":") ? [`//${credentials}@`, ...found] : found
  }),
  ...[...text.matchAll(/[?&]([\w.-]+)=([^\s&#"'<>]*)/g)].flatMap(([, name, value]) =>
    isSecretName(name!) ? [value!, decoded(value!)].filter(isSecret) : []
  )
]

/**
 * The secrets of an environment: variables whose names say so (`…_KEY`, `…_KEY_2`, `…_TOKEN`, `…_SECRET`, `…PASSWORD`),
 * headers for the trace collector, and credentials in addresses, such as a proxy's, which may go without `http://`.
 *
 * @category combinators
 */
export const ofEnvironment = (environment: Readonly<Record<string, string | undefined>>): ReadonlyArray<string> =>
  Object.entries(environment).flatMap(([name, value = ""]) => [
    ...(isSecretName(name) && isSecret(value.trim()) ? [value.trim()] : []),
    ...(/^OTEL_EXPORTER_OTLP_(\w+_)?HEADERS$/.test(name) ? value.split(",").flatMap(ofHeader) : []),
    ...(value.includes("://") ? ofUrls(value) : /_proxy$/i.test(name) ? ofUrls(`http://${value}`) : [])
  ])

/** Of a variable or a part of a query; `accessToken` is read as `access_Token`. */
const isSecretName = (name: string): boolean => secretName.test(name.replace(/([a-z])(?=[A-Z])/g, "$1_"))

const secretName =
  /(?:(?:^|[_.-])(?:api_?keys?|keys?|(?:auth_?)?tokens?|secrets?|credentials?|auth|jwt|sig|signature)|[_-]pat|^mysql_pwd|^sshpass|password|passwd|passphrase)(?:_?\d+)?$/i

/** Of `name=value`: the value, its percent-decoded form, what follows `Bearer` or `Basic`, and what that decodes to. */
const ofHeader = (pair: string): ReadonlyArray<string> => {
  const at = pair.indexOf("=")
  return at < 1 ? [] : ofHeaderValue(pair.slice(0, at).trim(), decoded(pair.slice(at + 1).trim()))
}

/**
 * The secrets of one header: its value where its name or its look says that it is one, without the scheme before it.
 *
 * @category combinators
 */
export const ofHeaderValue = (name: string, value: string): ReadonlyArray<string> => {
  const [, scheme = "", token = ""] = /^(?:(basic|bearer|token|apikey|api-key)\s+)?(.*)$/is.exec(value) ?? []
  if (!looksRandom(token) && scheme === "" && !/auth|key|token|secret|passw|cookie|credential|team/i.test(name))
    return []
  const pair = /^basic$/i.test(scheme) ? Buffer.from(token, "base64").toString("utf8") : ""
  return [token, pair, pair.slice(pair.indexOf(":") + 1)].filter(isSecret)
}

const decoded = (written: string): string => {
  try {
    return decodeURIComponent(written)
  } catch {
    // A stray percent sign: then it means itself.
    return written
  }
}

// How many characters may be left of a secret that was cut off, before it counts as one no more.
const prefixLength = 20

const patternsOf = (secret: string): ReadonlyArray<string> => {
  const [, credentials] = /^\/\/(.+)@$/s.exec(secret) ?? []
  if (credentials !== undefined) {
    const slashes = "(?:/|\\\\/|%2[fF]){2}"
    const inPlace = `(?<=${slashes})${Array.from(credentials).map(patternOf).join("")}(?=@|%40)`
    return [inPlace, ...base64Of(Buffer.from(credentials, "utf8"))]
  }
  const characters = Array.from(secret)
  if (characters.length > (looksRandom(secret) ? headLength : wholeLength)) {
    // Known by its beginning: the pattern of a long one would be slow, or larger than a RegExp may be.
    const head = characters.slice(0, headLength)
    const rest = "[\\w+/=.~%-]*"
    const encoded = base64Of(Buffer.from(head.join(""), "utf8"))
    return [`${head.map(patternOf).join("")}${rest}`, ...encoded.map((pattern) => `${pattern}${rest}`)]
  }
  const whole = characters.map(patternOf).join("")
  // The first characters of most keys only name their provider; so a cut one is known by more of them.
  const cut =
    characters.length >= prefixLength + 8
      ? [`${characters.slice(0, prefixLength).map(patternOf).join("")}[\\w+/=.~%-]*`]
      : []
  return [whole, ...cut, ...base64Of(Buffer.from(secret, "utf8"))]
}

const wholeLength = 500
const headLength = 96
const maxParts = 100

/**
 * What a secret of several words or lines is made of, such as the lines of a private key and the keys in a JSON document:
 * they are secret too where they stand alone, or with other spaces between them. At most the first 100 that look random.
 */
const partsOf = (secret: string): ReadonlyArray<string> =>
  (secret.replace(/\\+[nrt]/g, " ").match(/[\w+/=.~-]+/g) ?? [])
    .filter((part) => part !== secret && looksRandom(part))
    .slice(0, maxParts)

/** No word, no sentence: long, and with letters and digits in one. */
const looksRandom = (text: string): boolean =>
  text.length >= 20 && /^[\w+/=.~-]+$/.test(text) && /\d/.test(text) && /[a-z]/i.test(text)

/**
 * One character: as it is, percent-encoded, or escaped for JSON (once or several times) or HTML. Backslashes in a row are one
 * pattern, told by the first of them: as one each, they could share a row of backslashes in exponentially many ways.
 */
const patternOf = (character: string, at: number, all: ReadonlyArray<string>): string => {
  const escaped = all[at - 1] === "\\"
  if (character === "\\" && escaped) return ""
  let times = 1
  while (character === "\\" && all[at + times] === character) times++
  const plain = character.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&")
  const percent = [...Buffer.from(character, "utf8")].map((byte) => `%(?:25)*${hex(byte, 2)}`).join("")
  const unicode = Array.from({ length: character.length }, (_, i) => `\\\\+u${hex(character.charCodeAt(i), 4)}`).join(
    ""
  )
  const short = shortEscapes[character]
  // A quotation mark, a slash and a backslash may have backslashes before them, more of them at every level.
  const written =
    character === "\\" ? `${plain}{${times},}` : /["'/]/.test(character) && !escaped ? `\\\\*${plain}` : plain
  return `(?:${[
    written,
    times === 1 ? percent : `(?:${percent}){${times}}`,
    times === 1 ? unicode : `(?:${unicode}){${times}}`,
    ...(short === undefined ? [] : [short]),
    ...(character === " " ? ["\\+"] : [])
  ].join("|")})`
}

const shortEscapes: Readonly<Record<string, string>> = {
  "\n": "\\\\+n",
  "\r": "\\\\+r",
  "\t": "\\\\+t",
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&(?:#39|#x27|apos);"
}

const hex = (code: number, digits: number): string =>
  [...code.toString(16).padStart(digits, "0")]
    .map((digit) => (/[a-f]/.test(digit) ? `[${digit}${digit.toUpperCase()}]` : digit))
    .join("")

/**
 * What every Base64 text that holds these bytes has in common, for each of the three positions at which they may begin. The
 * characters at both ends mix them with their neighbours, and go as well.
 */
const base64Of = (bytes: Buffer): ReadonlyArray<string> =>
  [0, 1, 2].flatMap((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes]).toString("base64")
    const core = text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6))
    if (core.length < minLength) return []
    const either = "[\\w+/-]"
    return [`${before === 0 ? "" : `${either}?`}${[...core].map(base64Character).join("")}${either}?(?:=|%3[dD]){0,2}`]
  })

const base64Character = (character: string): string => {
  if (character === "+") return "(?:[+-]|%2[bB])"
  if (character === "/") return "(?:\\\\*/|_|%2[fF])"
  return character
}
