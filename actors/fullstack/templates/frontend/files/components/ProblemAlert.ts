/** `src/components/ProblemAlert.tsx` of the generated frontend. Lines that begin with `//?` are explained in Conditional.ts. */
export const text = `/** Says that something went wrong, at once to a screen reader too. */
import type { ApiProblem } from "../api.ts";

interface ProblemAlertProps {
  readonly problem: ApiProblem | undefined;
  readonly onRetry?: () => void;
}

export function ProblemAlert({ problem, onRetry }: ProblemAlertProps) {
  if (problem === undefined) return null;
  return (
    <div className="alert" role="alert">
      <p>{problem.message}</p>
      {onRetry !== undefined && (
        <button type="button" onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  );
}
`
