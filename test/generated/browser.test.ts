/**
 * The generated frontend in a real browser, used by what a person sees, reads and types.
 *
 * Pictures of what was seen are left in `out/pictures`, to be looked at.
 */
import { assert, describe, layer, type Vitest } from "@effect/vitest"
import { Duration, Layer } from "effect"
import { sample } from "./arbitrary/Requirements.ts"
import { assertAccessible } from "./browser/accessibility.ts"
import * as Account from "./browser/account.ts"
import { executable, required } from "./browser/chromium.ts"
import * as Dashboard from "./browser/dashboard.ts"
import { everyPage } from "./browser/everyPage.ts"
import * as Keyboard from "./browser/keyboard.ts"
import * as Leaving from "./browser/leaving.ts"
import * as Lists from "./browser/lists.ts"
import * as Looks from "./browser/looks.ts"
import { entityOf, rowOf, stored } from "./browser/rows.ts"
import { Site } from "./browser/site.ts"
import { type Visit, visit } from "./browser/visit.ts"
import * as Writing from "./browser/writing.ts"
import { surroundings } from "./fixtures/makeProject.ts"

const skipped = executable === undefined && !required
if (skipped) {
  process.stderr.write("Skipped: no Chromium is on the PATH to show the frontend in (apt-get install chromium).\n")
}

const show = (site: ReturnType<typeof Site.fromValue>) =>
  layer(Layer.provide(site, surroundings), { timeout: Duration.minutes(2), excludeTestServices: true })

/** What holds of every entity, whatever its name and its fields. */
const writes = (it: Vitest.MethodsNonLive<Site, true>) => {
  it.effect("creates, edits and deletes a row of every entity, with a value in every field", () =>
    visit(async (guest) => {
      for (const entity of guest.project.entities) await Writing.createEditDelete(guest, entity)
    })
  )

  it.effect("says beside each field what is wrong with it", () =>
    visit(async (guest) => {
      for (const entity of guest.project.entities) await Writing.refusesBeforeSending(guest, entity)
    })
  )
}

const fieldOf = ({ project }: Visit, entity: string, field: string) =>
  entityOf(project, entity).fields.find(({ name }) => name.written === field)!

describe.skipIf(skipped)("the frontend in a browser", () => {
  show(Site.fromFile("everything"))("everything", (it) => {
    writes(it)

    it.effect("says at the field what only the server knows", () =>
      visit(
        (guest) => {
          const thing = entityOf(guest.project, "Thing")
          return Writing.refusedByServer(
            guest,
            thing,
            fieldOf(guest, "Thing", "lineUnique"),
            fieldOf(guest, "Thing", "spare")
          )
        },
        { refusals: ["409 POST /api/things", "422 POST /api/things"] }
      )
    )

    it.effect("registers, signs in and signs out", () =>
      visit(Account.comesAndGoes, {
        signedIn: false,
        refusals: ["401 GET /api/auth/me", "401 POST /api/auth/login", "422 POST /api/auth/register"]
      })
    )

    it.effect("invites, and lets each change the password and sign out everywhere", () =>
      visit(Account.invites, {
        refusals: ["401 GET /api/auth/me", "403 POST /api/auth/register"]
      })
    )

    it.effect("runs no script and takes no style but its own", () => visit(Account.runsNothingElse, { slipsIn: true }))

    it.effect("keeps what was typed when the session ends", () =>
      visit(Account.keepsWhatWasTyped, { refusals: ["401 POST /api/shelves"] })
    )

    it.effect("shows no empty page, whatever the address", () =>
      visit((guest) => Leaving.neverEmpty(guest, entityOf(guest.project, "Thing")), {
        refusals: ["404 GET /api/things/a%2Fb"]
      })
    )

    it.effect("shows what somebody else has changed meanwhile, and reverts nothing", () =>
      visit(
        (guest) =>
          Leaving.showsWhatChangedMeanwhile(
            guest,
            entityOf(guest.project, "Thing"),
            fieldOf(guest, "Thing", "line"),
            fieldOf(guest, "Thing", "prose")
          ),
        { refusals: ["412 PATCH /api/things"] }
      )
    )

    it.effect("reverts nothing that somebody changed while one had to sign in again", () =>
      visit(
        (guest) =>
          Leaving.revertsNothingAfterSigningInAgain(
            guest,
            entityOf(guest.project, "Thing"),
            fieldOf(guest, "Thing", "line"),
            fieldOf(guest, "Thing", "spare")
          ),
        { refusals: ["401 PATCH /api/things"] }
      )
    )

    it.effect("tells the end of a late save where the user is by then", () =>
      visit(
        (guest) =>
          Leaving.tellsLateEnds(
            guest,
            entityOf(guest.project, "Thing"),
            fieldOf(guest, "Thing", "line"),
            entityOf(guest.project, "Shelf")
          ),
        { refusals: ["503 PATCH /api/things"] }
      )
    )

    it.effect("asks before it loses what was typed", () =>
      visit((guest) =>
        Leaving.asksBeforeItLoses(guest, entityOf(guest.project, "Thing"), fieldOf(guest, "Thing", "line"))
      )
    )

    it.effect("says before a deletion what goes with it", () => visit(Leaving.saysWhatGoesWithIt))

    it.effect("comes back to the page, order and place of the list", () =>
      visit(async (guest) => {
        const thing = entityOf(guest.project, "Thing")
        await Lists.manyRows(guest, thing, 30)
        await Leaving.comesBackToItsPlace(guest, thing, fieldOf(guest, "Thing", "line"))
      })
    )

    it.effect("bears long texts, a wheel over a number and a larger text size", () =>
      visit(async (guest) => {
        const thing = entityOf(guest.project, "Thing")
        const { fields } = thing
        await Leaving.leavesNumbersToTheKeyboard(guest, thing, fields.find(({ type }) => type === "integer")!)
        await Leaving.followsTheTextSize(guest, thing)
        await Leaving.bearsLongTexts(guest, thing, fields.find(({ type }) => type === "text")!)
      })
    )

    it.effect("turns pages, sorts, filters, searches and downloads", () =>
      visit(async (guest) => {
        const thing = entityOf(guest.project, "Thing")
        const { id, row } = await Lists.manyRows(guest, thing, 45)
        await Lists.turnsPages(guest, thing)
        await Lists.sorts(guest, thing)
        await Lists.filters(guest, thing, id)
        await Lists.searches(guest, thing, id, String(row.get("line")))
      })
    )

    it.effect("shows counts and the latest rows on its dashboard", () => visit(Dashboard.showsCountsAndLatest))

    it.effect("is used by keyboard alone", () =>
      visit(
        async (guest) => {
          const thing = entityOf(guest.project, "Thing")
          await Keyboard.skipsNavigation(guest, "/things")
          for (const path of ["/", "/things?pageSize=10", "/things/new", "/audit/log", "/account", "/account/people"]) {
            await Keyboard.reachesEverything(guest, path)
          }
          await Keyboard.writesAndDeletes(guest, thing)
          await Keyboard.keepsPlace(guest, thing)
          await Keyboard.keepsPlaceWhenRefused(guest, entityOf(guest.project, "Shelf"))
        },
        { refusals: ["500 PATCH"] }
      )
    )

    for (const colorScheme of ["light", "dark"] as const) {
      it.effect(
        `follows the reader's colours when they are ${colorScheme}, without an accessibility fault on any page`,
        () =>
          visit(
            async (guest) => {
              const counter = entityOf(guest.project, "Counter")
              await everyPage(guest, entityOf(guest.project, "Thing"), counter, async (what) => {
                assert.strictEqual(await Looks.isDark(guest), colorScheme === "dark", what)
                await assertAccessible(guest.page, `${what}, ${colorScheme}`)
                await guest.picture(`everything-${what.replaceAll(" ", "-")}-${colorScheme}`)
              })
            },
            { colorScheme, refusals: ["503 GET"] }
          )
      )

      it.effect(`has no accessibility fault before one is signed in, in ${colorScheme} colours`, () =>
        visit(
          async (guest) => {
            for (const path of ["/account/sign-in", "/account/register"]) {
              await guest.open(path)
              assert.strictEqual(await Looks.isDark(guest), colorScheme === "dark")
              await assertAccessible(guest.page, path)
              await guest.picture(`everything${path.replaceAll("/", "-")}-${colorScheme}`)
            }
          },
          { colorScheme, signedIn: false, refusals: ["401 GET /api/auth/me"] }
        )
      )
    }

    it.effect("fits on a phone", () =>
      visit(
        async (guest) => {
          await everyPage(guest, entityOf(guest.project, "Thing"), entityOf(guest.project, "Counter"), async (what) => {
            await Looks.assertFits(guest, what)
            await guest.picture(`everything-phone-${what.replaceAll(" ", "-")}`)
          })
        },
        { viewport: { width: 320, height: 640 }, refusals: ["503 GET"] }
      )
    )
  })

  show(Site.fromFile("unicode"))("unicode", (it) => {
    writes(it)

    it.effect("filters by fields and values of any name", () =>
      visit(async (guest) => {
        for (const entity of guest.project.entities) {
          const id = await stored(guest, entity, await rowOf(guest, entity))
          await Lists.filters(guest, entity, id)
        }
      })
    )

    it.effect("is dark whatever the reader's colours are, without an accessibility fault, and fits on a phone", () =>
      visit(
        async (guest) => {
          await everyPage(guest, guest.project.entities[0]!, guest.project.entities[6]!, async (what) => {
            assert.isTrue(await Looks.isDark(guest), what)
            await assertAccessible(guest.page, what)
            await guest.picture(`unicode-${what.replaceAll(" ", "-")}`)
            await guest.page.setViewportSize({ width: 320, height: 640 })
            await Looks.assertFits(guest, what)
            await guest.page.setViewportSize({ width: 1280, height: 800 })
          })
        },
        { colorScheme: "light", refusals: ["503 GET"] }
      )
    )
  })

  show(Site.fromFile("one-entity"))("one-entity", (it) => {
    it.effect("is light whatever the reader's colours are, with the least there is", () =>
      visit(
        async (guest) => {
          const [note] = guest.project.entities
          await Writing.createEditDelete(guest, note!)
          await everyPage(guest, note!, note!, async (what) => {
            assert.isFalse(await Looks.isDark(guest), what)
            await assertAccessible(guest.page, what)
          })
        },
        { colorScheme: "dark", refusals: ["503 GET"] }
      )
    )
  })

  for (const seed of [18, 25]) {
    show(Site.fromValue(sample(seed)))(`requirements of seed ${seed}`, (it) => {
      it.effect("does all of it with names and limits that nobody chose", () =>
        visit(
          async (guest) => {
            const { entities } = guest.project
            for (const entity of entities) await Writing.createEditDelete(guest, entity)
            for (const entity of entities) await Writing.refusesBeforeSending(guest, entity)
            await everyPage(guest, entities[0]!, entities.at(-1)!, async (what) => {
              await assertAccessible(guest.page, what)
              await guest.page.setViewportSize({ width: 320, height: 640 })
              await Looks.assertFits(guest, what)
              await guest.page.setViewportSize({ width: 1280, height: 800 })
            })
          },
          { refusals: ["503 GET"] }
        )
      )
    })
  }
})
