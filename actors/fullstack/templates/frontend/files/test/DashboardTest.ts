/** `test/dashboard.test.tsx` of the generated frontend. Lines that begin with `//?` are explained in Conditional.ts. */
import { checks, suite } from "../../../../internal/TestSuite.ts"

export const file = suite`import { render, waitFor } from "@testing-library/react";
import { expect, it } from "vitest";
import { App } from "../src/App.tsx";
import { entities } from "../src/entities.ts";
import { rowLabel } from "../src/model.ts";
import { FakeApi } from "./fakeApi.ts";

it(${checks("AC-dashboard.ui", "shows how many there are of everything, and the latest of each")}, async () => {
  const api = new FakeApi().install();
  entities.forEach((entity, index) => {
    for (let n = 0; n < (index % 7) + 1; n += 1) api.add(entity, {});
  });
  window.history.replaceState(null, "", "/");
  const page = render(<App />).container;
  await waitFor(() => expect(page.querySelectorAll(".card")).toHaveLength(entities.length));
  for (const [index, entity] of entities.entries()) {
    const card = page.querySelectorAll(".card")[index] as HTMLElement;
    const rows = api.rows(entity);
    await waitFor(() => expect(card.querySelector(".count")?.textContent).toBe(String(rows.length)));
    expect(card.querySelector("h2")?.textContent).toBe(entity.plural);
    const latest = [...card.querySelectorAll("li a")].map((link) => link.textContent);
    expect(latest).toEqual(rows.slice(0, 5).map((row) => rowLabel(entity, row)));
    const { query } = api.seen("GET", entity).at(-1) ?? { query: new URLSearchParams() };
    expect(query.get("sort")).toBe("-createdAt");
  }
});
`
