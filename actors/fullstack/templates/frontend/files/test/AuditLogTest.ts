/** `test/auditLog.test.tsx` of the generated frontend. Lines that begin with `//?` are explained in Conditional.ts. */
export const text = `import { render, waitFor } from "@testing-library/react";
import { expect, it } from "vitest";
import { App } from "../src/App.tsx";
import type { Entity } from "../src/model.ts";
import { FakeApi } from "./fakeApi.ts";

const auditLog = { path: "/audit-log" } as Entity;

it("shows what was changed, and when", async () => {
  const api = new FakeApi().install();
  const entry = {
    id: "entry-1",
    at: "2026-01-02T03:04:05.000Z",
    accountId: "1b671a64-40d5-491e-99b0-da01ff1f3341",
    action: "update",
    entity: "Thing",
    entityId: "9b2f0c1e-0000-4000-8000-000000000000",
    changes: { colour: { from: "red", to: null } },
  };
  api.rows(auditLog).push({ createdAt: entry.at, updatedAt: entry.at, ...entry } as never);
  window.history.replaceState(null, "", "/audit/log");
  const page = render(<App />).container;
  await waitFor(() => expect(page.querySelectorAll("tbody tr")).toHaveLength(1));
  const cells = [...page.querySelectorAll("tbody td")].map((cell) => cell.textContent);
//? if user-authentication
  expect(cells.slice(1)).toEqual(["1b671a64", "update Thing 9b2f0c1e", "colour red → –"]);
//? else
  expect(cells.slice(1)).toEqual(["update Thing 9b2f0c1e", "colour red → –"]);
//? end
});
`
