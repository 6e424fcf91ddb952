/**
 * The parts of the API document that no entity owns: accounts, the audit log, health and metrics, and the errors.
 *
 * @since 0.1.0
 */
import type { Project } from "../../Project.ts"

/** A JSON object. */
export type Json = { readonly [key: string]: unknown }

export const ref = (section: "schemas" | "parameters" | "responses", name: string): Json => ({
  $ref: `#/components/${section}/${name}`
})

/** The `content` of a JSON body. */
export const json = (schema: Json): Json => ({ "application/json": { schema } })

const errors = {
  400: { name: "BadRequest", description: "The JSON is malformed, or a query parameter is unknown or wrong." },
  401: { name: "Unauthorized", description: "There is no valid session." },
  403: { name: "Forbidden", description: "This account may not do that, or the page of another site asked for it." },
  404: { name: "NotFound", description: "There is nothing with this id." },
  409: { name: "Conflict", description: "A unique value is taken, or something else still refers to this." },
  412: { name: "ChangedMeanwhile", description: "Something else is stored by now than what If-Match names." },
  413: { name: "TooLarge", description: "The body is over 1 MB." },
  415: { name: "UnsupportedType", description: "The body is not JSON in UTF-8, or is not sent as application/json." },
  422: { name: "Invalid", description: "Some fields are wrong; each has a message." },
  429: { name: "TooManyAttempts", description: "Too many attempts failed. Try again after the time in Retry-After." }
} as const

/** Answers that only a project with accounts gives. */
const ofAccounts: ReadonlySet<string> = new Set(["401", "403", "429"])

const retryAfter = {
  "Retry-After": { description: "Seconds to wait.", schema: { type: "integer", minimum: 1 } }
}

/** An error's status and its shared response, as an entry of `responses`. */
export const error = (status: keyof typeof errors): readonly [string, Json] => [
  String(status),
  ref("responses", errors[status].name)
]

export const responses = (project: Project): Json =>
  Object.fromEntries(
    Object.entries(errors)
      .filter(([status]) => !ofAccounts.has(status) || project.features.has("user-authentication"))
      .map(([status, { description, name }]) => [
        name,
        {
          description,
          ...(status === "429" ? { headers: retryAfter } : {}),
          content: {
            "application/problem+json": { schema: ref("schemas", status === "422" ? "ValidationProblem" : "Problem") }
          }
        }
      ])
  )

export const parameters: Json = {
  page: { name: "page", in: "query", schema: { type: "integer", minimum: 1, maximum: 1_000_000_000, default: 1 } },
  pageSize: { name: "pageSize", in: "query", schema: { type: "integer", minimum: 1, maximum: 100, default: 20 } },
  ifMatch: {
    name: "If-Match",
    in: "header",
    description:
      "The state that is to be changed: the ETag of the answer it was read from, which is its updatedAt in double quotes. Without it any state is changed.",
    schema: { type: "string" }
  }
}

export const securitySchemes = (project: Project): Json =>
  project.features.has("user-authentication")
    ? { securitySchemes: { cookieAuth: { type: "apiKey", in: "cookie", name: "session" } } }
    : {}

// What the backend takes. The format "email" refuses addresses that are not ASCII, and others that people have.
const email = { type: "string", pattern: "^\\s*[^\\s@]+@[^\\s@]+\\s*$" }

const password = { type: "string", minLength: 8, maxLength: 200, writeOnly: true }

const instant = { type: "string", format: "date-time" }

const account = {
  id: { type: "string", format: "uuid" },
  email,
  administrator: { type: "boolean", description: "Whether it is the first account of all." }
}

const invitation = { id: { type: "string", format: "uuid" }, createdAt: instant, expiresAt: instant }

const change = { type: ["string", "number", "boolean", "null"] }

const problem = {
  type: { type: "string", format: "uri-reference", default: "about:blank" },
  title: { type: "string" },
  status: { type: "integer", minimum: 400, maximum: 599 },
  detail: { type: "string" }
}

const affected = {
  type: "array",
  items: {
    type: "object",
    properties: { entity: { type: "string" }, count: { type: "integer", minimum: 1, maximum: 1000 } },
    required: ["entity", "count"],
    additionalProperties: false
  }
}

/** Shared schemas. None ends like an entity's own (`Row`, `Create`, `Patch`, `Page`), so none is ever overwritten. */
export const schemas = (project: Project): Json => ({
  Problem: {
    type: "object",
    description: "RFC 9457.",
    properties: problem,
    required: ["title", "status"]
  },
  Deletion: {
    type: "object",
    description: "What a deletion would do. Counts at most 1000 records.",
    properties: {
      deleted: { ...affected, description: "What is deleted as well." },
      emptied: { ...affected, description: "What stays and loses its reference." },
      inTheWay: { ...affected, description: "What has to go first." },
      refused: { type: "boolean", description: "Whether the deletion would be refused." },
      complete: { type: "boolean", description: "Whether everything was counted; otherwise there is more of each." }
    },
    required: ["deleted", "emptied", "inTheWay", "refused", "complete"],
    additionalProperties: false
  },
  ValidationProblem: {
    type: "object",
    description: "RFC 9457, with a message for every bad field.",
    properties: {
      ...problem,
      errors: {
        type: "array",
        items: {
          type: "object",
          properties: { path: { type: "string" }, message: { type: "string" } },
          required: ["path", "message"]
        }
      }
    },
    required: ["title", "status", "errors"]
  },
  ...(project.features.has("user-authentication")
    ? {
        Credentials: {
          type: "object",
          properties: {
            email: { ...email, maxLength: 254, examples: ["ada@example.com"] },
            password: { type: "string", minLength: 8, maxLength: 200, writeOnly: true }
          },
          required: ["email", "password"],
          additionalProperties: false
        },
        Registration: {
          type: "object",
          properties: {
            email: { ...email, maxLength: 254, examples: ["ada@example.com"] },
            password,
            invitation: {
              type: ["string", "null"],
              minLength: 1,
              maxLength: 100,
              writeOnly: true,
              description: "The token of an invitation. Needed once there is an account and registration is closed."
            }
          },
          required: ["email", "password"],
          additionalProperties: false
        },
        PasswordChange: {
          type: "object",
          properties: {
            currentPassword: { type: "string", minLength: 1, maxLength: 200, writeOnly: true },
            newPassword: password
          },
          required: ["currentPassword", "newPassword"],
          additionalProperties: false
        },
        Account: {
          type: "object",
          properties: account,
          required: ["id", "email", "administrator"],
          additionalProperties: false
        },
        AccountList: {
          type: "object",
          properties: {
            items: {
              type: "array",
              items: {
                type: "object",
                properties: { ...account, createdAt: instant },
                required: ["id", "email", "administrator", "createdAt"],
                additionalProperties: false
              }
            },
            total: { type: "integer", minimum: 0 },
            page: { type: "integer", minimum: 1 },
            pageSize: { type: "integer", minimum: 1, maximum: 100 }
          },
          required: ["items", "total", "page", "pageSize"],
          additionalProperties: false
        },
        RegistrationState: {
          type: "object",
          properties: { open: { type: "boolean", description: "Whether anybody may register without an invitation." } },
          required: ["open"],
          additionalProperties: false
        },
        Invitation: {
          type: "object",
          properties: {
            ...invitation,
            token: { type: "string", description: "Told this once." },
            link: {
              type: "string",
              format: "uri-reference",
              description: "The page to register at, from the root of the site; whom it is given to may use it once."
            }
          },
          required: ["id", "createdAt", "expiresAt", "token", "link"],
          additionalProperties: false
        },
        InvitationList: {
          type: "object",
          properties: {
            items: {
              type: "array",
              items: {
                type: "object",
                properties: invitation,
                required: ["id", "createdAt", "expiresAt"],
                additionalProperties: false
              }
            }
          },
          required: ["items"],
          additionalProperties: false
        }
      }
    : {}),
  ...(project.features.has("audit-log")
    ? {
        AuditEntry: {
          type: "object",
          properties: {
            id: { type: "integer" },
            at: { type: "string", format: "date-time" },
            accountId: { type: ["string", "null"], format: "uuid", description: "Who did it; null without accounts." },
            action: { type: "string", enum: ["create", "update", "delete"] },
            entity: { type: "string", enum: project.entities.map((entity) => entity.name.written) },
            entityId: { type: "string", format: "uuid" },
            changes: {
              type: "object",
              description:
                "What changed, by field. Before its creation and after its deletion a record has only nulls.",
              additionalProperties: {
                type: "object",
                properties: { from: change, to: change },
                required: ["from", "to"],
                additionalProperties: false
              }
            }
          },
          required: ["id", "at", "accountId", "action", "entity", "entityId", "changes"],
          additionalProperties: false
        },
        AuditLog: {
          type: "object",
          properties: {
            items: { type: "array", items: ref("schemas", "AuditEntry") },
            total: { type: "integer", minimum: 0 },
            page: { type: "integer", minimum: 1 },
            pageSize: { type: "integer", minimum: 1, maximum: 100 }
          },
          required: ["items", "total", "page", "pageSize"],
          additionalProperties: false
        }
      }
    : {})
})

export const paths = (project: Project): ReadonlyArray<readonly [string, Json]> => [
  ...(project.features.has("user-authentication") ? authentication : []),
  ...(project.features.has("audit-log") ? [auditLog(project)] : []),
  [
    "/healthz",
    {
      get: open("health", "Whether the service can work.", health("It can.", "ok"), [
        ["503", health("The database cannot be reached.", "unavailable")]
      ])
    }
  ],
  ["/metrics", { get: open("metrics", "Metrics in the text format of Prometheus.", text("text/plain")) }],
  ["/openapi.json", { get: open("openapi", "This document.", described("The document.", { type: "object" })) }]
]

const described = (description: string, schema: Json): Json => ({ description, content: json(schema) })

const text = (type: string): Json => ({ description: "Text.", content: { [type]: { schema: { type: "string" } } } })

const health = (description: string, status: string) =>
  described(description, { type: "object", properties: { status: { const: status } }, required: ["status"] })

/** A GET that needs no session. */
const open = (operationId: string, summary: string, ok: Json, others: ReadonlyArray<readonly [string, Json]> = []) => ({
  operationId,
  summary,
  security: [],
  responses: Object.fromEntries([["200", ok], ...others])
})

const accountAnswer = described("The account.", ref("schemas", "Account"))

const signedIn = {
  ...accountAnswer,
  headers: { "Set-Cookie": { description: "The session: httpOnly, same-site.", schema: { type: "string" } } }
}

const body = (schema: string) => ({ required: true, content: json(ref("schemas", schema)) })

const registrationAnswer = described("What holds now.", ref("schemas", "RegistrationState"))

const authentication: ReadonlyArray<readonly [string, Json]> = [
  [
    "/api/auth/register",
    {
      post: {
        operationId: "register",
        summary: "Makes an account and signs in. The first account becomes the administrator.",
        security: [],
        requestBody: body("Registration"),
        responses: Object.fromEntries([
          ["201", signedIn],
          error(400),
          error(403),
          error(409),
          error(413),
          error(415),
          error(422),
          error(429)
        ])
      }
    }
  ],
  [
    "/api/auth/login",
    {
      post: {
        operationId: "login",
        summary: "Signs in.",
        security: [],
        requestBody: body("Credentials"),
        responses: Object.fromEntries([
          ["200", signedIn],
          error(400),
          error(401),
          error(403),
          error(413),
          error(415),
          error(422),
          error(429)
        ])
      }
    }
  ],
  [
    "/api/auth/logout",
    {
      post: {
        operationId: "logout",
        summary: "Ends the session.",
        responses: Object.fromEntries([["204", { description: "Signed out." }], error(401), error(403)])
      }
    }
  ],
  [
    "/api/auth/sessions",
    {
      delete: {
        operationId: "logoutEverywhere",
        summary: "Ends every session of this account, on all its devices.",
        responses: Object.fromEntries([["204", { description: "Signed out everywhere." }], error(401), error(403)])
      }
    }
  ],
  [
    "/api/auth/password",
    {
      post: {
        operationId: "changePassword",
        summary: "Changes the password of this account, and ends all its other sessions.",
        requestBody: body("PasswordChange"),
        responses: Object.fromEntries([
          ["200", signedIn],
          error(400),
          error(401),
          error(403),
          error(413),
          error(415),
          error(422),
          error(429)
        ])
      }
    }
  ],
  [
    "/api/auth/accounts",
    {
      get: {
        operationId: "showAccounts",
        summary: "Every account, the oldest first. For the administrator.",
        parameters: [ref("parameters", "page"), ref("parameters", "pageSize")],
        responses: Object.fromEntries([
          ["200", described("A page of accounts.", ref("schemas", "AccountList"))],
          error(400),
          error(401),
          error(403)
        ])
      }
    }
  ],
  [
    "/api/auth/registration",
    {
      get: {
        operationId: "showRegistration",
        summary: "Whether registration is open. For the administrator.",
        responses: Object.fromEntries([["200", registrationAnswer], error(401), error(403)])
      },
      put: {
        operationId: "setRegistration",
        summary: "Opens or closes registration. For the administrator.",
        requestBody: body("RegistrationState"),
        responses: Object.fromEntries([
          ["200", registrationAnswer],
          error(400),
          error(401),
          error(403),
          error(413),
          error(415),
          error(422)
        ])
      }
    }
  ],
  [
    "/api/auth/invitations",
    {
      get: {
        operationId: "showInvitations",
        summary: "The invitations that can still be used, the newest first. For the administrator.",
        responses: Object.fromEntries([
          ["200", described("The invitations.", ref("schemas", "InvitationList"))],
          error(401),
          error(403)
        ])
      },
      post: {
        operationId: "invite",
        summary:
          "Makes an invitation for one account, good for 7 days; 100 may be open at a time. For the administrator.",
        responses: Object.fromEntries([
          ["201", described("The invitation.", ref("schemas", "Invitation"))],
          error(401),
          error(403),
          error(409)
        ])
      }
    }
  ],
  [
    "/api/auth/invitations/{id}",
    {
      parameters: [{ name: "id", in: "path", required: true, schema: { type: "string", format: "uuid" } }],
      delete: {
        operationId: "withdrawInvitation",
        summary: "Withdraws an invitation. For the administrator.",
        responses: Object.fromEntries([["204", { description: "It is gone." }], error(401), error(403), error(404)])
      }
    }
  ],
  [
    "/api/auth/me",
    {
      get: {
        operationId: "currentAccount",
        summary: "Who is signed in.",
        responses: Object.fromEntries([["200", accountAnswer], error(401)])
      }
    }
  ]
]

const auditLog = (project: Project): readonly [string, Json] => [
  "/api/audit-log",
  {
    get: {
      operationId: "listAuditLog",
      summary: `Every change, the newest first.${project.features.has("user-authentication") ? " For the administrator." : ""}`,
      parameters: [ref("parameters", "page"), ref("parameters", "pageSize")],
      responses: Object.fromEntries([
        ["200", described("A page of changes.", ref("schemas", "AuditLog"))],
        error(400),
        ...(project.features.has("user-authentication") ? [error(401), error(403)] : [])
      ])
    }
  }
]
