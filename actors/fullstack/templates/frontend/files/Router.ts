/** `src/router.tsx` of the generated frontend. Lines that begin with `//?` are explained in Conditional.ts. */
export const text = `/** The address bar as state: which page is shown, and with which query. */
import { type AnchorHTMLAttributes, type MouseEvent, useEffect, useSyncExternalStore } from "react";
import { heldAddress, mayLeave, onLeft } from "./unsaved.ts";

const changed = "app:navigate";

function subscribe(listener: () => void): () => void {
  window.addEventListener("popstate", listener);
  window.addEventListener(changed, listener);
  return () => {
    window.removeEventListener("popstate", listener);
    window.removeEventListener(changed, listener);
  };
}

/**
 * The current path and query; the component is drawn again when either changes. A slash at the end means nothing here, but
 * people and servers add one.
 */
export function useAddress(): { readonly path: string; readonly query: string } {
  const address = useSyncExternalStore(
    subscribe,
    () => heldAddress() ?? window.location.pathname + window.location.search,
  );
  const mark = address.indexOf("?");
  const path = mark < 0 ? address : address.slice(0, mark);
  return { path: path.replace(/\\/+$/, "") || "/", query: mark < 0 ? "" : address.slice(mark) };
}

interface NavigateOptions {
  readonly replace?: boolean;
  /** Told to the user there. */
  readonly notice?: string;
  /** Whether this leads back to a page, which then stands where it stood. */
  readonly back?: boolean;
}

/** Whether the page is one that the user came back to. */
let returned = false;

export function hasReturned(): boolean {
  return returned;
}

window.addEventListener("popstate", () => {
  returned = true;
});

/** Goes to another page of this application; asks first where something typed would be lost. */
export function navigate(to: string, options: NavigateOptions = {}): void {
  mayLeave(() => {
    const state = { notice: options.notice ?? null, index: onLeft(options.replace === true ? 0 : 1) };
    if (options.replace === true) window.history.replaceState(state, "", to);
    else window.history.pushState(state, "", to);
    returned = options.back === true;
    window.dispatchEvent(new Event(changed));
  });
}

/** What the page before wanted to say, such as "Saved". */
export function currentNotice(): string | null {
  const state: unknown = window.history.state;
  return typeof state === "object" && state !== null && "notice" in state && typeof state.notice === "string"
    ? state.notice
    : null;
}

type LinkProps = AnchorHTMLAttributes<HTMLAnchorElement> & {
  readonly to: string;
  readonly back?: boolean;
  readonly onFollow?: () => void;
};

/** A link within the application. Opening it in a new tab still works. */
export function Link({ to, back = false, onFollow, ...rest }: LinkProps) {
  const follow = (event: MouseEvent<HTMLAnchorElement>) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    navigate(to, { back });
    onFollow?.();
  };
  return <a href={to} onClick={follow} {...rest} />;
}

/** Leads on from an address that shows nothing of its own. */
export function Redirect({ to }: { readonly to: string }) {
  useEffect(() => navigate(to, { replace: true }), [to]);
  return null;
}
`
