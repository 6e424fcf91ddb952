/** `src/router.tsx` of the generated frontend. Lines that begin with `//?` are explained in Conditional.ts. */
export const text = `/** The address bar as state: which page is shown, and with which query. */
import { type AnchorHTMLAttributes, type MouseEvent, useEffect, useSyncExternalStore } from "react";

const changed = "app:navigate";

function subscribe(listener: () => void): () => void {
  window.addEventListener("popstate", listener);
  window.addEventListener(changed, listener);
  return () => {
    window.removeEventListener("popstate", listener);
    window.removeEventListener(changed, listener);
  };
}

/** The current path and query; the component is drawn again when either changes. */
export function useAddress(): { readonly path: string; readonly query: string } {
  const address = useSyncExternalStore(subscribe, () => window.location.pathname + window.location.search);
  const mark = address.indexOf("?");
  return mark < 0 ? { path: address, query: "" } : { path: address.slice(0, mark), query: address.slice(mark) };
}

/** Goes to another page of this application. \`notice\` is told to the user there. */
export function navigate(to: string, options: { readonly replace?: boolean; readonly notice?: string } = {}): void {
  const state = { notice: options.notice ?? null };
  if (options.replace === true) window.history.replaceState(state, "", to);
  else window.history.pushState(state, "", to);
  window.dispatchEvent(new Event(changed));
}

/** What the page before wanted to say, such as "Saved". */
export function currentNotice(): string | null {
  const state: unknown = window.history.state;
  return typeof state === "object" && state !== null && "notice" in state && typeof state.notice === "string"
    ? state.notice
    : null;
}

type LinkProps = AnchorHTMLAttributes<HTMLAnchorElement> & { readonly to: string };

/** A link within the application. Opening it in a new tab still works. */
export function Link({ to, ...rest }: LinkProps) {
  const follow = (event: MouseEvent<HTMLAnchorElement>) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    navigate(to);
  };
  return <a href={to} onClick={follow} {...rest} />;
}

/** Leads on from an address that shows nothing of its own. */
export function Redirect({ to }: { readonly to: string }) {
  useEffect(() => navigate(to, { replace: true }), [to]);
  return null;
}
`
