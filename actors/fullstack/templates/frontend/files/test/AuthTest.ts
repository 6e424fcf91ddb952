/** `test/auth.test.tsx` of the generated frontend. Lines that begin with `//?` are explained in Conditional.ts. */
import { checks, suite } from "../../../../internal/TestSuite.ts"

export const file = suite`import { fireEvent, render, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { App } from "../src/App.tsx";
import { entities } from "../src/entities.ts";
import type { Entity } from "../src/model.ts";
import { FakeApi } from "./fakeApi.ts";

const entity = entities[0] as Entity;

function open(path: string): HTMLElement {
  window.history.replaceState(null, "", path);
  return render(<App />).container;
}

const heading = (page: HTMLElement) => page.querySelector("h1")?.textContent;

function send(page: HTMLElement, email: string, password: string): void {
  const inputs = new Map([...page.querySelectorAll("label")].map((label) => [label.textContent, label.control]));
  fireEvent.change(inputs.get("E-mail") as HTMLElement, { target: { value: email } });
  fireEvent.change(inputs.get("Password") as HTMLElement, { target: { value: password } });
  fireEvent.submit(page.querySelector("main.standalone form") as HTMLElement);
}

describe("Accounts", () => {
  it(${checks("AC-auth.ui", "asks who is there, shows the data afterwards, and asks again after signing out")}, async () => {
    const api = new FakeApi().install();
    api.account = null;
    const page = open(entity.path);
    await waitFor(() => expect(heading(page)).toBe("Sign in"));
    expect(api.seen("GET", entity)).toHaveLength(0);

    send(page, "ada@example.org", "wrong");
    await waitFor(() => expect(page.querySelector("[role=alert]")?.textContent).toBe("Wrong e-mail or password."));
    expect(heading(page)).toBe("Sign in");

    send(page, "ada@example.org", "correct horse");
    await waitFor(() => expect(heading(page)).toBe(entity.plural));
    expect(page.querySelector(".account")?.textContent).toContain("ada@example.org");

    fireEvent.click(page.querySelector(".account button") as HTMLElement);
    await waitFor(() => expect(heading(page)).toBe("Sign in"));
    expect(api.account).toBeNull();
  });

  it(${checks("AC-auth.ui", "registers, and says at the field what is wrong with it")}, async () => {
    const api = new FakeApi().install();
    api.account = null;
    const page = open("/account/register");
    await waitFor(() => expect(heading(page)).toBe("Register"));

    api.refuseNext("POST", 422, { errors: [{ path: "password", message: "At least 8 characters." }] });
    send(page, "grace@example.org", "short");
    const password = page.querySelector("input[type=password]") as HTMLInputElement;
    await waitFor(() => expect(password.getAttribute("aria-invalid")).toBe("true"));
    const description = document.getElementById(password.getAttribute("aria-describedby") ?? "");
    expect(description?.textContent).toBe("At least 8 characters.");
    await waitFor(() => expect(document.activeElement).toBe(password));

    send(page, "grace@example.org", "long enough");
    await waitFor(() => expect(page.querySelector(".account")?.textContent).toContain("grace@example.org"));
  });
});
`
