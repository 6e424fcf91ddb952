/** `src/useLoad.ts` of the generated frontend. Lines that begin with `//?` are explained in Conditional.ts. */
export const text = `/** Loads what a page shows: aborted when the page goes, repeated on request. */
import { useCallback, useEffect, useEffectEvent, useState } from "react";
import { type ApiProblem, toProblem } from "./api.ts";
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

interface Answer<A> {
  /** What it answers; \`undefined\` before the first answer. */
  readonly request: string | undefined;
  readonly data: A | undefined;
  readonly problem: ApiProblem | undefined;
}

/** Calls \`load\` at first and whenever \`key\` changes. */
export function useLoad<A>(key: string, load: (signal: AbortSignal) => Promise<A>): Loaded<A> {
  const [answer, setAnswer] = useState<Answer<A>>({ request: undefined, data: undefined, problem: undefined });
  const [round, setRound] = useState(0);
  const loadLatest = useEffectEvent(load);
//? if user-authentication
  // What failed while nobody was signed in is tried again afterwards.
  const { signIns } = useSession();
  const request = \`\${round} \${signIns} \${key}\`;
//? else
  const request = \`\${round} \${key}\`;
//? end

  useEffect(() => {
    const abort = new AbortController();
    loadLatest(abort.signal).then(
      (data) => {
        if (!abort.signal.aborted) setAnswer({ request, data, problem: undefined });
      },
      (cause: unknown) => {
        if (abort.signal.aborted) return;
        setAnswer(({ data }) => ({ request, data, problem: toProblem(cause) }));
      },
    );
    return () => abort.abort();
  }, [request]);

  const reload = useCallback(() => setRound((before) => before + 1), []);
  return { data: answer.data, problem: answer.problem, loading: answer.request !== request, reload };
}
`
