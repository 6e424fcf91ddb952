/** `src/unsaved.ts` of the generated frontend. Lines that begin with `//?` are explained in Conditional.ts. */
export const text = `/**
 * What was typed and not saved: nobody loses it without being asked. Links, the back button, the sign-out and closing the
 * tab all pass here.
 */
import { useEffect, useSyncExternalStore } from "react";
import type { Draft } from "./draft.ts";
import type { AnyRow } from "./model.ts";

/** Where something unsaved is, and where it stands in the history; nothing where all is saved. */
let guarded: { readonly address: string; readonly index: number | undefined } | undefined;
/** What to do if the user wants to leave nevertheless. */
let asking: { readonly leave: () => void } | undefined;
/** Shown while the browser has gone on already and is being called back. */
let held: string | undefined;
let leaving = false;
const listeners = new Set<() => void>();

const here = () => window.location.pathname + window.location.search;

function indexNow(): number | undefined {
  const state: unknown = window.history.state;
  return typeof state === "object" && state !== null && "index" in state && typeof state.index === "number"
    ? state.index
    : window.location.hash === ""
      ? 0
      : undefined;
}

function ask(leave: () => void): void {
  asking = { leave };
  for (const listener of listeners) listener();
}

/** Goes on with \`leave\`: at once, or after the user has agreed to lose what was typed. */
export function mayLeave(leave: () => void): void {
  if (guarded === undefined) leave();
  else ask(leave);
}

/** The address that is still shown although the browser is at another one. */
export function heldAddress(): string | undefined {
  return held;
}

/** The place in the history of an entry that is \`steps\` further. */
export function onLeft(steps: number): number {
  return (indexNow() ?? 0) + steps;
}

// Before the router hears of it: the page must not go before the user has agreed.
window.addEventListener(
  "popstate",
  () => {
    if (held !== undefined) {
      // Back where something is unsaved.
      if (here() === held) held = undefined;
      return;
    }
    if (leaving || guarded === undefined || here() === guarded.address) {
      leaving = false;
      return;
    }
    // By a link to a heading the browser makes an entry that knows no place; most go back from there.
    const index = indexNow();
    const steps = index === undefined || guarded.index === undefined ? -1 : index - guarded.index || -1;
    held = guarded.address;
    ask(() => {
      leaving = true;
      window.history.go(steps);
    });
    window.history.go(-steps);
  },
  { capture: true },
);

/** Guards the page while \`inApp\`; the tab is also guarded while \`inTab\`, such as during a save. */
export function useUnsaved(inApp: boolean, inTab: boolean): void {
  useEffect(() => {
    if (!inApp) return;
    guarded = { address: here(), index: indexNow() };
    return () => {
      guarded = undefined;
    };
  }, [inApp]);
  useEffect(() => {
    if (!inTab) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [inTab]);
}

/** Nothing is unsaved any more, though the page has not been drawn again yet. */
export function release(): void {
  guarded = undefined;
}

export interface LeaveQuestion {
  readonly leave: () => void;
  readonly stay: () => void;
}

/** The question whether to leave, while it is open. */
export function useLeaveQuestion(): LeaveQuestion | undefined {
  const question = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => asking,
  );
  if (question === undefined) return undefined;
  const close = () => {
    asking = undefined;
    for (const listener of listeners) listener();
  };
  return {
    leave: () => {
      close();
      release();
      question.leave();
    },
    stay: close,
  };
}

/** What a form held when its save failed after the user had left it. */
export interface Kept {
  readonly base: AnyRow | undefined;
  readonly drafts: ReadonlyMap<string, Draft>;
}

/** By address; no more than a few, the newest. */
const kept = new Map<string, Kept>();
const maxKept = 10;

export function keep(address: string, form: Kept): void {
  kept.delete(address);
  kept.set(address, form);
  for (const oldest of kept.keys()) {
    if (kept.size <= maxKept) break;
    kept.delete(oldest);
  }
}

export function keptAt(address: string): Kept | undefined {
  return kept.get(address);
}

export function forgetKept(address?: string): void {
  if (address === undefined) kept.clear();
  else kept.delete(address);
}
`
