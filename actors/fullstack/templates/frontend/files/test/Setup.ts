/** `test/setup.ts` of the generated frontend. Lines that begin with `//?` are explained in Conditional.ts. */
export const text = `import { cleanup, configure } from "@testing-library/react";
import { afterEach, vi } from "vitest";

configure({
  // Time enough for a busy machine; nothing waits longer than it has to.
  asyncUtilTimeout: 5_000,
  // A failure says what was expected, without the whole page around it.
  getElementError: (message) => new Error(message ?? "Not found."),
});

// jsdom knows the dialog element, but not how to open one.
HTMLDialogElement.prototype.showModal ??= function (this: HTMLDialogElement) {
  this.open = true;
};
HTMLDialogElement.prototype.close ??= function (this: HTMLDialogElement) {
  this.open = false;
};
window.scrollTo = () => {};

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});
`
