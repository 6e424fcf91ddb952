/** `src/session.tsx` of the generated frontend. Lines that begin with `//?` are explained in Conditional.ts. */
export const text = `/** Who is signed in. When a session ends in the middle of work, the page stays as it is until it is taken up again. */
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from "react";
import * as api from "./api.ts";
import type { Account, ApiProblem, Credentials } from "./api.ts";
import { dismissAll } from "./notices.ts";
import { forgetKept } from "./unsaved.ts";

export type SessionStatus = "loading" | "unreachable" | "signedOut" | "expired" | "signedIn";

export interface Session {
  readonly status: SessionStatus;
  /** The last account seen; still there when its session has expired. */
  readonly account: Account | null;
  /** Why the server could not tell who is signed in. */
  readonly problem: ApiProblem | undefined;
  /** Grows with every sign-in, so that what failed before can be loaded again. */
  readonly signIns: number;
  readonly check: () => void;
  readonly signIn: (credentials: Credentials) => Promise<void>;
  readonly register: (credentials: Credentials, invitation: string) => Promise<void>;
  readonly changePassword: (current: string, next: string) => Promise<void>;
  readonly signOut: () => Promise<void>;
  readonly signOutEverywhere: () => Promise<void>;
}

interface State {
  readonly status: SessionStatus;
  readonly account: Account | null;
  readonly problem: ApiProblem | undefined;
  readonly signIns: number;
}

const SessionContext = createContext<Session | null>(null);

export function SessionProvider({ children }: { readonly children: ReactNode }) {
  const [state, setState] = useState<State>({ status: "loading", account: null, problem: undefined, signIns: 0 });

  const enter = useCallback((account: Account) => {
    setState((before) => ({ status: "signedIn", account, problem: undefined, signIns: before.signIns + 1 }));
  }, []);

  const check = useCallback(() => {
    setState((before) => ({ ...before, status: "loading" }));
    api.whoAmI().then(
      (account) => {
        if (account !== null) enter(account);
        else setState((before) => ({ ...before, status: "signedOut", account, problem: undefined }));
      },
      (cause: unknown) => setState((before) => ({ ...before, status: "unreachable", problem: api.toProblem(cause) })),
    );
  }, [enter]);

  useEffect(check, [check]);

  useEffect(() => {
    const expire = () =>
      setState((before) => (before.status === "signedIn" ? { ...before, status: "expired" } : before));
    window.addEventListener(api.signedOutEvent, expire);
    return () => window.removeEventListener(api.signedOutEvent, expire);
  }, []);

  const leave = useCallback(() => {
    // What is left of this account's work is nobody else's business.
    dismissAll();
    forgetKept();
    setState((before) => ({ ...before, status: "signedOut", account: null }));
  }, []);

  const session = useMemo<Session>(
    () => ({
      ...state,
      check,
      signIn: async (credentials) => enter(await api.signIn(credentials)),
      register: async (credentials, invitation) => enter(await api.register(credentials, invitation)),
      changePassword: async (current, next) => {
        await api.changePassword(current, next);
      },
      signOut: async () => {
        await api.signOut();
        leave();
      },
      signOutEverywhere: async () => {
        await api.signOutEverywhere();
        leave();
      },
    }),
    [state, check, enter, leave],
  );

  return <SessionContext value={session}>{children}</SessionContext>;
}

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === null) throw new Error("useSession needs a SessionProvider above it.");
  return session;
}
`
