/** `test/accountPages.test.tsx` of the generated frontend. Lines that begin with `//?` are explained in Conditional.ts. */
import { checks, suite } from "../../../../internal/TestSuite.ts"

export const file = suite`import { fireEvent, render, waitFor } from "@testing-library/react";
import { expect, it } from "vitest";
import { App } from "../src/App.tsx";
import { FakeApi } from "./fakeApi.ts";

function open(path: string): HTMLElement {
  window.history.replaceState(null, "", path);
  return render(<App />).container;
}

const heading = (page: HTMLElement) => page.querySelector("h1")?.textContent;

function button(page: HTMLElement, text: string): HTMLElement {
  const found = [...page.querySelectorAll("button")].find((one) => one.textContent === text);
  if (found === undefined) throw new Error(\`There is no button "\${text}".\`);
  return found;
}

function type(page: HTMLElement, label: string, value: string): void {
  const found = [...page.querySelectorAll("label")].find((one) => one.textContent === label);
  fireEvent.change(found?.control as HTMLElement, { target: { value } });
}

it(${checks("AC-auth.ui-account", "changes the password, and signs out everywhere")}, async () => {
  const api = new FakeApi().install();
  const page = open("/account");
  await waitFor(() => expect(heading(page)).toBe("Account"));
  type(page, "Current password", "wrong");
  type(page, "New password", "battery staple");
  fireEvent.click(button(page, "Change password"));
  await waitFor(() => expect(page.querySelector("[aria-invalid=true]")).not.toBeNull());
  expect(page.querySelector(".field-error")?.textContent).toBe("Current password is wrong");
  type(page, "Current password", "correct horse");
  fireEvent.click(button(page, "Change password"));
  await waitFor(() => expect(page.querySelector("form [role=status]")?.textContent).toContain("Password changed."));
  expect(api.accounts.get("ada@example.org")).toBe("battery staple");

  fireEvent.click(button(page, "Sign out everywhere"));
  await waitFor(() => expect(heading(page)).toBe("Sign in"));
  expect(api.account).toBeNull();
});

it(${checks("AC-auth.ui-people", "shows accounts, opens and closes registration, and invites")}, async () => {
  new FakeApi().install();
  const page = open("/account/people");
  await waitFor(() => expect(page.querySelector("tbody td")?.textContent).toBe("ada@example.org"));
  fireEvent.click(await waitFor(() => button(page, "Open registration")));
  fireEvent.click(await waitFor(() => button(page, "Close registration")));
  await waitFor(() => button(page, "Open registration"));
  fireEvent.click(button(page, "Make an invitation"));
  await waitFor(() => expect(page.querySelector("code")?.textContent).toMatch(/^http.*\\/account\\/register#token-1$/));
  fireEvent.click(await waitFor(() => button(page, "Withdraw")));
  await waitFor(() => expect(page.textContent).not.toContain("Withdraw"));
});

it(${checks("AC-auth.ui-people", "registers with the invitation of a link")}, async () => {
  const api = new FakeApi().install();
  api.account = null;
  const page = open("/account/register#token-1");
  await waitFor(() => expect(heading(page)).toBe("Register"));
  type(page, "E-mail", "grace@example.org");
  type(page, "Password", "long enough");
  fireEvent.click(button(page, "Register"));
  await waitFor(() => expect(page.querySelector(".account")?.textContent).toContain("grace@example.org"));
  expect(api.requests.find(({ path }) => path === "/api/auth/register")?.body).toMatchObject({ invitation: "token-1" });
});

it(${checks("AC-auth.ui-people", "leads nobody there but the administrator")}, async () => {
  const api = new FakeApi().install();
  const links = (page: HTMLElement) =>
    [...page.querySelectorAll(".sidebar a")].map((link) => link.getAttribute("href"));
  const page = open("/account");
  await waitFor(() => expect(links(page)).toContain("/account/people"));
  api.account = { id: "account-2", email: "grace@example.org", administrator: false };
  const other = open("/account");
  await waitFor(() => expect(links(other)).toContain("/account"));
  expect(links(other)).not.toContain("/account/people");
//? if audit-log
  expect(links(other)).not.toContain("/audit/log");
//? end
});
`
