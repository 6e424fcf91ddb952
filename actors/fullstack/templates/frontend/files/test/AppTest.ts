/** `test/app.test.tsx` of the generated frontend. Lines that begin with `//?` are explained in Conditional.ts. */
export const text = `/** What all pages share: the frame, addresses that lead nowhere, and a server that does not answer. */
import { cleanup, fireEvent, render, waitFor } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { App } from "../src/App.tsx";
import { entities } from "../src/entities.ts";
import type { AnyRow, Entity } from "../src/model.ts";
import { FakeApi } from "./fakeApi.ts";

const entity = entities[0] as Entity;

function open(path: string): HTMLElement {
  window.history.replaceState(null, "", path);
  return render(<App />).container;
}

it("leads to every entity from the navigation, and past it to the content", async () => {
  new FakeApi().install();
  const page = open(entity.path);
  await waitFor(() => expect(page.querySelector("main h1")?.textContent).toBe(entity.plural));
  const targets = [...page.querySelectorAll("nav a")].map((link) => link.getAttribute("href"));
  for (const { path } of entities) expect(targets).toContain(path);
  expect(page.querySelector("nav a[aria-current=page]")?.textContent).toBe(entity.plural);
  const skip = page.querySelector("a") as HTMLAnchorElement;
  expect(document.getElementById((skip.getAttribute("href") ?? "").slice(1))?.tagName).toBe("MAIN");
});

it("says so when there is no such page", async () => {
  new FakeApi().install();
  const page = open("/no/such/page");
  await waitFor(() => expect(page.querySelector("h1")?.textContent).toBe("There is no such page"));
});

it("shows a page for every address, also for one that no text stands behind", async () => {
  new FakeApi().install();
  const page = open(\`\${entity.path}/\`);
  await waitFor(() => expect(page.querySelector("main h1")?.textContent).toBe(entity.plural));
  cleanup();
  const malformed = open(\`\${entity.path}/%E0%A4\`);
  await waitFor(() => expect(malformed.querySelector("h1")?.textContent).toBe("There is no such page"));
});

it("says so when a page fails", async () => {
  const api = new FakeApi().install();
  api.rows(entity).push(null as unknown as AnyRow);
  const silenced = vi.spyOn(console, "error").mockImplementation(() => {});
  const page = open(entity.path);
  await waitFor(() => expect(page.querySelector("h1")?.textContent).toBe("This page cannot be shown"));
  expect(page.querySelector("nav a")).not.toBeNull();
  silenced.mockRestore();
});

it("says so when the server cannot be reached, and shows the list once it can", async () => {
  const api = new FakeApi().install();
  const page = open(\`\${entity.path}/new\`);
  await waitFor(() => expect(page.querySelector("h1")?.textContent).toBe(\`New \${entity.title}\`));
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("fetch failed")));
  fireEvent.click(page.querySelector(".back a") as HTMLElement);
  const message = () => page.querySelector("main [role=alert]")?.textContent;
  await waitFor(() => expect(message()).toContain("The server cannot be reached."));
  api.install();
  fireEvent.click(page.querySelector("main [role=alert] button") as HTMLElement);
  await waitFor(() => expect(page.querySelector(".empty p")?.textContent).toBe(\`No \${entity.plural} yet.\`));
});
`
