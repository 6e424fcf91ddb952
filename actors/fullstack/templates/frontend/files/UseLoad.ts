/** `src/useLoad.ts` of the generated frontend. Lines that begin with `//?` are explained in Conditional.ts. */
export const text = `/** Loads what a page shows: aborted when the page goes, repeated on request. */
import { useCallback, useEffect, useRef, useState } from "react";
import { ApiProblem } from "./api.ts";
//? if user-authentication
import { useSession } from "./session.tsx";
//? end

export interface Loaded<A> {
  /** The last answer; stays while a newer one is on its way. */
  readonly data: A | undefined;
  readonly problem: ApiProblem | undefined;
  readonly loading: boolean;
  readonly reload: () => void;
}

/** Calls \`load\` at first and whenever \`key\` changes. */
export function useLoad<A>(key: string, load: (signal: AbortSignal) => Promise<A>): Loaded<A> {
  const [state, setState] = useState<Omit<Loaded<A>, "reload">>({ data: undefined, problem: undefined, loading: true });
  const [round, setRound] = useState(0);
  const latest = useRef(load);
  latest.current = load;
//? if user-authentication
  // What failed while nobody was signed in is tried again afterwards.
  const { signIns } = useSession();
//? end

  useEffect(() => {
    const abort = new AbortController();
    setState((before) => ({ ...before, loading: true }));
    latest.current(abort.signal).then(
      (data) => {
        if (!abort.signal.aborted) setState({ data, problem: undefined, loading: false });
      },
      (cause: unknown) => {
        if (abort.signal.aborted) return;
        setState((before) => ({ data: before.data, problem: toProblem(cause), loading: false }));
      },
    );
    return () => abort.abort();
    // \`latest\` always holds the newest function; the key says when it matters.
//? if user-authentication
  }, [key, round, signIns]);
//? else
  }, [key, round]);
//? end

  const reload = useCallback(() => setRound((before) => before + 1), []);
  return { ...state, reload };
}

/** Anything thrown as a problem that can be shown. */
export function toProblem(cause: unknown): ApiProblem {
  if (cause instanceof ApiProblem) return cause;
  return new ApiProblem(0, "Something went wrong in this page. Reload it and try again.");
}
`
