/** `src/notices.ts` of the generated frontend. Lines that begin with `//?` are explained in Conditional.ts. */
export const text = `/** What is told on whichever page the user is: the end of something that was begun on another one. */
import { useSyncExternalStore } from "react";

export interface Notice {
  readonly id: number;
  readonly text: string;
  readonly failed: boolean;
  /** Where to go on. */
  readonly to?: string;
}

/** More would cover the page; the oldest go. */
const maxNotices = 5;

let notices: ReadonlyArray<Notice> = [];
let made = 0;
const listeners = new Set<() => void>();

function set(next: ReadonlyArray<Notice>): void {
  notices = next;
  for (const listener of listeners) listener();
}

export function tell(notice: Omit<Notice, "id">): void {
  made += 1;
  set([...notices, { ...notice, id: made }].slice(-maxNotices));
}

export function dismiss(id: number): void {
  set(notices.filter((notice) => notice.id !== id));
}

export function dismissAll(): void {
  set([]);
}

export function useNotices(): ReadonlyArray<Notice> {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => notices,
  );
}
`
