/**
 * The acceptance criteria of a project: what must hold for every entity and every feature, each with an id.
 *
 * The ids are what ties the team together. The developers write them into the titles of their tests, and the
 * coordinator follows them from criterion to test to result. So they are worked out from the requirements alone, never
 * from a model, and the same requirements always give the same ids in the same order.
 *
 * Kinds of an entity: `create`, `read`, `list`, `page`, `sort`, `filter`, `update`, `delete`, `validate`; `access` where
 * there are accounts; `unique`,
 * `reference`, `restrict`, `cascade`, `set-null` where its fields ask for them; `search` and `csv` with those features;
 * `ui-list`, `ui-create`, `ui-edit`, `ui-delete`, `ui-errors`, `ui-search`, `ui-csv` in the browser.
 *
 * @since 0.1.0
 */
import { type Entity, type Feature, type Field, filterFields, type Project, searchFields } from "./Project.ts"
import { Criterion, Story } from "./Results.ts"

type Checker = Criterion["checkedBy"][number]

/** Subjects of criteria that are about no entity. */
const ownSubjects: ReadonlySet<string> = new Set(["auth", "audit", "dashboard", "service"])

/**
 * The subject of an entity's criteria: its kebab-case singular. Where that is one of the four subjects of our own, as
 * for an entity called `Audit`, it is `audit--entity`, which no entity's name can become.
 *
 * @category combinators
 */
export const subjectOf = (entity: Entity): string =>
  ownSubjects.has(entity.name.kebab) ? `${entity.name.kebab}--entity` : entity.name.kebab

/**
 * The stories of a project with their criteria, entities first, in the order of the file.
 *
 * @category constructors
 */
export const storiesOf = (project: Project): ReadonlyArray<Story> => [
  ...project.entities.flatMap((entity) => entityStories(project, entity)),
  ...(project.features.has("user-authentication") ? [authentication(), administration()] : []),
  ...(project.features.has("audit-log") ? [auditLog(project)] : []),
  ...(project.ui.pages.includes("dashboard") ? [dashboard(project)] : []),
  service(project)
]

/**
 * All criteria of some stories, in their order.
 *
 * @category combinators
 */
export const criteriaOf = (stories: ReadonlyArray<Story>): ReadonlyArray<Criterion> =>
  stories.flatMap((story) => story.criteria)

/**
 * The criteria that one of the developers has to check.
 *
 * @category combinators
 */
export const checkedBy = (criteria: ReadonlyArray<Criterion>, checker: Checker): ReadonlyArray<Criterion> =>
  criteria.filter((criterion) => criterion.checkedBy.includes(checker))

const entityStories = (project: Project, entity: Entity): ReadonlyArray<Story> => {
  const subject = subjectOf(entity)
  const one = entity.name.title.toLowerCase()
  const many = entity.plural.title.toLowerCase()
  const about = (kind: string, text: string, by: Checker) =>
    new Criterion({ id: `AC-${subject}.${kind}`, entity: entity.name.written, text, checkedBy: [by] })
  const api = (kind: string, text: string) => about(kind, text, "backend-developer")
  const ui = (kind: string, text: string) => about(kind, text, "frontend-developer")
  const has = (feature: Feature) => project.features.has(feature)
  const item = `${entity.path}/:id`
  const searched = has("search") ? searchFields(entity) : []
  const filters = filterFields(project, entity)

  const story = (verb: string, title: string, want: string, reason: string, criteria: ReadonlyArray<Criterion>) =>
    new Story({
      id: `US-${subject}.${verb}`,
      title,
      text: `As ${has("user-authentication") ? "a signed-in user" : "a user"}, I want ${want}, so that ${reason}.`,
      criteria
    })

  return [
    story("add", `Add ${a(one)}`, `to add ${a(one)}`, "the team can work with it", [
      api("create", createText(entity)),
      api("validate", validateText(entity)),
      ...uniqueText(entity).map((text) => api("unique", text)),
      ...referenceText(entity).map((text) => api("reference", text)),
      ui("ui-create", `The form has a labelled control for ${names(entity.fields)}; saving it shows the new ${one}.`),
      ui("ui-errors", `When the API refuses the form, each message stands at its field and what was typed is kept.`)
    ]),
    story("find", `Find ${many}`, `to see and narrow down the ${many}`, `I find the ${one} I need`, [
      api("read", `GET ${item} answers 200 with the ${one}, and 404 for an id that does not exist.`),
      api("list", `GET ${entity.path} answers 200 with items, total, page and pageSize, the newest first.`),
      api(
        "page",
        `page and pageSize choose a part of the list (20 unless told, at most 100); total counts all ${many}; a page below 1 or a size outside 1 to 100 answers 400.`
      ),
      api(
        "sort",
        `sort by id, createdAt, updatedAt, ${names(entity.fields)}, with "-" for descending; others answer 400.`
      ),
      api(
        "filter",
        filters.length === 0
          ? `No field of ${a(one)} can be a filter, and a query parameter that is not known answers 400.`
          : `${names(filters)} each narrow the list to equal values, and together; an unknown parameter answers 400.`
      ),
      ...(searched.length === 0
        ? []
        : [api("search", `q finds the ${many} that contain the text in ${names(searched)}, in upper or lower case.`)]),
      ...(has("csv-export")
        ? [api("csv", `GET ${entity.path}.csv answers all ${many} that the same filters choose, one row each, as CSV.`)]
        : []),
      ui("ui-list", `The page lists the ${many} with paging, sorting by column and a filter.`),
      ...(searched.length === 0 ? [] : [ui("ui-search", `Typing into the search narrows the ${many} shown.`)]),
      ...(has("csv-export") ? [ui("ui-csv", `A link downloads the ${many} chosen by the filter as CSV.`)] : [])
    ]),
    story("change", `Change ${a(one)}`, `to change ${a(one)}`, "it stays true", [
      api(
        "update",
        `PATCH ${item} with some fields answers 200, changes only those and updatedAt; an unknown id answers 404.`
      ),
      ...accessText(project, entity).map((text) => api("access", text)),
      ui("ui-edit", `The form opens with what the ${one} holds; saving it shows the change.`)
    ]),
    story("remove", `Remove ${a(one)}`, `to remove ${a(one)}`, "the list holds only what matters", [
      api("delete", `DELETE ${item} answers 204, and reading the ${one} answers 404 from then on.`),
      ...deletionTexts(project, entity).map(({ kind, text }) => api(kind, text)),
      ui("ui-delete", `Deleting asks for confirmation first; declining keeps the ${one}, confirming removes it.`)
    ])
  ]
}

const createText = (entity: Entity): string => {
  const required = entity.fields.filter((field) => field.required && defaultOf(field) === undefined)
  const defaults = entity.fields.flatMap((field) => {
    const value = defaultOf(field)
    return value === undefined ? [] : [`${field.name.written} ${JSON.stringify(value)}`]
  })
  return [
    `POST ${entity.path} ${required.length === 0 ? "" : `with ${names(required)} `}answers 201 with the new`,
    `${entity.name.title.toLowerCase()} and its Location; the id, createdAt and updatedAt are set.`,
    ...(defaults.length === 0 ? [] : [`What is left out becomes ${sentence(defaults)}.`])
  ].join(" ")
}

const validateText = (entity: Entity): string =>
  [
    "Input that breaks a rule answers 422 with a message for every bad field, unknown fields included, and stores",
    `nothing. The rules: ${entity.fields.map((field) => `${field.name.written} is ${rule(field)}`).join("; ")}.`
  ].join(" ")

/** What a field takes, in words: `text of 2 to 80 characters, required`. */
const rule = (field: Field): string => {
  const needed = field.required ? ", required" : ""
  switch (field.type) {
    case "string":
    case "text": {
      const kind = field.type === "string" ? "one line of text" : "text"
      return `${kind}${range(field.minLength, field.maxLength, " characters")}${needed}`
    }
    case "integer":
      return `a whole number${range(field.min, field.max, "")}${needed}`
    case "number":
      return `a number${range(field.min, field.max, "")}${needed}`
    case "boolean":
      return `true or false${needed}`
    case "date":
      return `a day such as 2026-02-28${needed}`
    case "enum":
      return `one of ${field.values.join(", ")}${needed}`
    case "reference":
      return `the id of ${a(field.to)}${needed}`
  }
}

const range = (least: number | undefined, most: number | undefined, unit: string): string => {
  if (least === undefined && most === undefined) return ""
  if (least === undefined) return ` of at most ${most}${unit}`
  return most === undefined ? ` of at least ${least}${unit}` : ` of ${least} to ${most}${unit}`
}

/** What one account may do with the rows of another. */
const accessText = (project: Project, entity: Entity): ReadonlyArray<string> => {
  if (entity.access === undefined) return []
  const many = entity.plural.title.toLowerCase()
  const kind = {
    owner: `Every account sees all ${many}; only its creator and the administrator change or delete one, others get 403.`,
    shared: `Every account sees, changes and deletes all ${many}.`,
    private: `Only its creator and the administrator see, change or delete one of the ${many}; for others it is not there, in no list, count, search or export, and reading, changing or deleting it answers 404.`
  }[entity.access]
  const hidden = entity.fields.filter(
    (field) => field.type === "reference" && accessOf(project, field.to) === "private"
  )
  return [
    [
      kind,
      ...(hidden.length === 0
        ? []
        : [`${names(hidden)} may hold only what the account sees: anything else answers 422 at the field.`]),
      ...(cascadesOver(project, entity)
        ? ["A deletion that would take along rows which the account may not delete answers 409 and deletes nothing."]
        : [])
    ].join(" ")
  ]
}

const accessOf = (project: Project, written: string) =>
  project.entities.find((entity) => entity.name.written === written)?.access

/** Whether rows of one account may go along when another deletes what they refer to. */
const cascadesOver = (project: Project, entity: Entity): boolean =>
  project.entities.some(
    (other) =>
      other.access !== "shared" &&
      other.fields.some(
        (field) => field.type === "reference" && field.to === entity.name.written && field.onDelete === "cascade"
      )
  )

const uniqueText = (entity: Entity): ReadonlyArray<string> => {
  const unique = entity.fields.filter((field) => field.unique)
  if (unique.length === 0) return []
  const one = entity.name.title.toLowerCase()
  const whose = entity.access === "private" ? " of the same creator" : ""
  return [
    `A second ${one}${whose} with the same ${names(unique, "or")} answers 409, when it is added and when it is changed.`
  ]
}

const referenceText = (entity: Entity): ReadonlyArray<string> => {
  const references = entity.fields.filter((field) => field.type === "reference")
  if (references.length === 0) return []
  return [`${names(references)} must hold the id of something that exists; anything else answers 422 at the field.`]
}

/** One criterion for each way in which this entity's references meet the end of what they refer to. */
const deletionTexts = (project: Project, entity: Entity): ReadonlyArray<{ kind: string; text: string }> => {
  const many = entity.plural.title.toLowerCase()
  const of = (behaviour: "restrict" | "cascade" | "setNull") =>
    entity.fields.filter((field) => field.type === "reference" && field.onDelete === behaviour)
  const targets = (fields: ReadonlyArray<Field>) =>
    sentence(
      [...new Set(fields.flatMap((field) => (field.type === "reference" ? [field.to] : [])))].map((to) => {
        const target = project.entities.find((one) => one.name.written === to)
        return a(target?.name.title.toLowerCase() ?? to)
      }),
      "or"
    )
  const restrict = of("restrict")
  const cascade = of("cascade")
  const setNull = of("setNull")
  return [
    ...(restrict.length === 0
      ? []
      : [
          {
            kind: "restrict",
            text: `Deleting ${targets(restrict)} that ${many} refer to by ${names(restrict, "or")} answers 409 and deletes nothing.`
          }
        ]),
    ...(cascade.length === 0
      ? []
      : [
          {
            kind: "cascade",
            text: `Deleting ${targets(cascade)} deletes the ${many} that refer to it by ${names(cascade, "or")} as well.`
          }
        ]),
    ...(setNull.length === 0
      ? []
      : [
          {
            kind: "set-null",
            text: `Deleting ${targets(setNull)} keeps the ${many} that refer to it by ${names(setNull, "or")} and empties that field.`
          }
        ])
  ]
}

const ofOwn = (subject: string) => (kind: string, text: string, by: Checker) =>
  new Criterion({ id: `AC-${subject}.${kind}`, entity: null, text, checkedBy: [by] })

const authentication = (): Story => {
  const about = ofOwn("auth")
  return new Story({
    id: "US-auth.sign-in",
    title: "Sign in",
    text: "As a visitor, I want to register and sign in, so that only people with an account see the data.",
    criteria: [
      about(
        "register",
        "POST /api/auth/register with an email and a password of 8 to 200 characters answers 201, signs in by an httpOnly, same-site cookie, and answers 409 for an email that is taken to those who may register.",
        "backend-developer"
      ),
      about(
        "login",
        "POST /api/auth/login answers 200 and a session cookie for the right password, and 401 with the same message for a wrong one and for an unknown email. Who guesses waits ever longer, and keeps nobody else from signing in.",
        "backend-developer"
      ),
      about(
        "logout",
        "POST /api/auth/logout answers 204, and the session's cookie is worth nothing afterwards.",
        "backend-developer"
      ),
      about(
        "me",
        "GET /api/auth/me answers 200 with the id and email of the account that is signed in, and whether it is the administrator.",
        "backend-developer"
      ),
      about(
        "sessions",
        "DELETE /api/auth/sessions answers 204, and no session of the account is worth anything afterwards.",
        "backend-developer"
      ),
      about(
        "password",
        "POST /api/auth/password with the current and a new password answers 200, ends all other sessions of the account, and answers 422 for a wrong current one.",
        "backend-developer"
      ),
      about("site", "A change that the page of another site asks for answers 403.", "backend-developer"),
      about(
        "required",
        "Everything under /api but register and login answers 401 without a session.",
        "backend-developer"
      ),
      about(
        "ui",
        "Without a session the pages show the form to sign in or register; after it they show the data, and signing out returns to the form.",
        "frontend-developer"
      )
    ]
  })
}

/** `US-auth.administer`. */
const administration = (): Story => {
  const about = ofOwn("auth")
  return new Story({
    id: "US-auth.administer",
    title: "Say who may come in",
    text: "As the administrator, I want to decide who gets an account, so that nobody comes in uninvited.",
    criteria: [
      about(
        "registration",
        "The first account is the administrator. From then on registering answers 403, until the administrator opens registration by PUT /api/auth/registration, and again once it is closed.",
        "backend-developer"
      ),
      about(
        "invite",
        "POST /api/auth/invitations answers 201 with a link by which one account can be made, once and within 7 days; it can be withdrawn before.",
        "backend-developer"
      ),
      about(
        "accounts",
        "GET /api/auth/accounts lists all accounts. It, registration and invitations answer 403 to all but the administrator.",
        "backend-developer"
      ),
      about("ui-account", "A page of one's own changes the password and signs out everywhere.", "frontend-developer"),
      about(
        "ui-people",
        "A page that only the administrator is led to shows the accounts, opens and closes registration, and makes invitations, whose links lead to the form to register.",
        "frontend-developer"
      )
    ]
  })
}

const auditLog = (project: Project): Story => {
  const about = ofOwn("audit")
  const who = project.features.has("user-authentication") ? "who did it" : "no account, as there are none"
  return new Story({
    id: "US-audit.follow",
    title: "Follow changes",
    text: "As somebody responsible, I want to see who changed what and when, so that I can explain the data.",
    criteria: [
      about(
        "record",
        `Every create, update and delete is recorded with its time, ${who}, and what changed, in the same transaction: a change that is refused leaves no record.`,
        "backend-developer"
      ),
      about(
        "list",
        `GET /api/audit-log answers 200 with items, total, page and pageSize, the newest record first${
          project.features.has("user-authentication") ? "; 403 to all but the administrator" : ""
        }.`,
        "backend-developer"
      )
    ]
  })
}

const dashboard = (project: Project): Story =>
  new Story({
    id: "US-dashboard.overview",
    title: "See the whole at a glance",
    text: "As a user, I want one page with the state of everything, so that I see where to go next.",
    criteria: [
      ofOwn("dashboard")(
        "ui",
        `The dashboard shows how many ${sentence(project.entities.map((entity) => entity.plural.title.toLowerCase()))} there are, and the latest of each.`,
        "frontend-developer"
      )
    ]
  })

const service = (project: Project): Story => {
  const about = ofOwn("service")
  const paths = project.entities.length === 1 ? "the collection" : "every collection"
  return new Story({
    id: "US-service.run",
    title: "Run the service",
    text: "As an operator, I want to see how the service is doing, so that I can keep it running.",
    criteria: [
      about("health", "GET /healthz answers 200 while the service can reach its database.", "backend-developer"),
      about(
        "metrics",
        "GET /metrics answers 200 with counts and durations of requests in Prometheus text format.",
        "backend-developer"
      ),
      about(
        "openapi",
        `GET /openapi.json answers the OpenAPI 3.1 document that describes ${paths}.`,
        "backend-developer"
      ),
      about(
        "errors",
        "Errors are application/problem+json: 400 for malformed JSON, 404 for an unknown path, 413 for a body over 1 MB; nothing is stored.",
        "backend-developer"
      )
    ]
  })
}

const defaultOf = (field: Field) => (field.type === "reference" ? undefined : field.default)

const names = (fields: ReadonlyArray<Field>, word: "and" | "or" = "and") =>
  sentence(
    fields.map((field) => field.name.written),
    word
  )

/** `a task`, `an order`; by the letter, which is right often enough. */
const a = (noun: string) => `${/^[aeiou]/i.test(noun) ? "an" : "a"} ${noun}`

/** `a, b and c`. */
const sentence = (all: ReadonlyArray<string>, word: "and" | "or" = "and"): string =>
  all.length < 2 ? (all[0] ?? "") : `${all.slice(0, -1).join(", ")} ${word} ${all.at(-1)}`
