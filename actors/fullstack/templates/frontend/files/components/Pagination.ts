/** `src/components/Pagination.tsx` of the generated frontend. Lines that begin with `//?` are explained in Conditional.ts. */
export const text = `/** Where in a long list one is, and the way to the rest of it. */
import { formatNumber } from "../model.ts";

interface PaginationProps {
  readonly page: number;
  readonly pageSize: number;
  readonly total: number;
  readonly onPage: (page: number) => void;
  /** Without it the number of rows on a page is fixed. */
  readonly onPageSize?: (pageSize: number) => void;
}

/** The number of the last page; there is always one. */
export function lastPage(total: number, pageSize: number): number {
  return Math.max(1, Math.ceil(total / pageSize));
}

const pageSizes = [10, 20, 50, 100];

export function Pagination({ page, pageSize, total, onPage, onPageSize }: PaginationProps) {
  const last = lastPage(total, pageSize);
  const sizes = pageSizes.includes(pageSize) ? pageSizes : [...pageSizes, pageSize].sort((a, b) => a - b);
  return (
    <nav className="pagination" aria-label="Pages">
      <TurnButton label="Previous" disabled={page <= 1} onTurn={() => onPage(page - 1)} />
      <span aria-live="polite">
        Page {page} of {last} <span className="quiet">({formatNumber(total)} in all)</span>
      </span>
      <TurnButton label="Next" disabled={page >= last} onTurn={() => onPage(page + 1)} />
      {onPageSize !== undefined && (
        <label className="page-size">
          Rows
          <select value={pageSize} onChange={(event) => onPageSize(Number(event.target.value))}>
            {sizes.map((size) => (
              <option key={size}>{size}</option>
            ))}
          </select>
        </label>
      )}
    </nav>
  );
}

interface TurnButtonProps {
  readonly label: string;
  readonly disabled: boolean;
  readonly onTurn: () => void;
}

/** Stays in the tab order at either end: a button that is disabled while it is being used loses the focus. */
function TurnButton({ label, disabled, onTurn }: TurnButtonProps) {
  return (
    <button type="button" aria-disabled={disabled} onClick={disabled ? undefined : onTurn}>
      {label}
    </button>
  );
}
`
