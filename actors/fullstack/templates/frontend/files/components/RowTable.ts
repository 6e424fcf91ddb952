/** `src/components/RowTable.tsx` of the generated frontend. Lines that begin with `//?` are explained in Conditional.ts. */
export const text = `/** Rows of an entity as a table whose heads sort it. */
import { memo, useMemo } from "react";
import { type AnyRow, type Entity, type Field, formatValue, rowLabel, valueOf } from "../model.ts";
import { Link } from "../router.tsx";
import { type LabelOf, useLabels } from "../useLabels.ts";

interface RowTableProps {
  readonly entity: Entity;
  readonly rows: ReadonlyArray<AnyRow>;
  readonly busy: boolean;
  readonly sort: string;
  readonly onSort: (sort: string) => void;
  readonly onDelete: (row: AnyRow) => void;
}

/** More would not fit beside each other; the form shows all fields. */
const maxColumns = 6;

export function RowTable({ entity, rows, busy, sort, onSort, onDelete }: RowTableProps) {
  const columns = useMemo(() => columnsOf(entity), [entity]);
  const labelOf = useLabels(entity, columns, rows);
  return (
    <section className="table-frame" aria-label={\`\${entity.plural}: table\`} tabIndex={0}>
      <table aria-busy={busy}>
        <caption className="visually-hidden">{entity.plural}</caption>
        <thead>
          <tr>
            {columns.map((field) => (
              <SortableHead key={field.name} field={field} sort={sort} onSort={onSort} />
            ))}
            <th scope="col" className="row-actions">
              <span className="visually-hidden">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <TableRow key={row.id} entity={entity} columns={columns} row={row} labelOf={labelOf} onDelete={onDelete} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

interface TableRowProps {
  readonly entity: Entity;
  readonly columns: ReadonlyArray<Field>;
  readonly row: AnyRow;
  readonly labelOf: LabelOf;
  readonly onDelete: (row: AnyRow) => void;
}

/** Drawn again only when the row is another one, or names of what it refers to have arrived. */
const TableRow = memo(function TableRow({ entity, columns, row, labelOf, onDelete }: TableRowProps) {
  const label = rowLabel(entity, row);
  return (
    <tr>
      {columns.map((field) => (
        <td key={field.name} data-type={field.type}>
          <Cell field={field} row={row} labelOf={labelOf} />
        </td>
      ))}
      <td className="row-actions">
        <Link to={\`\${entity.path}/\${row.id}\`} aria-label={\`Edit \${label}\`}>
          Edit
        </Link>
        <button type="button" aria-label={\`Delete \${label}\`} onClick={() => onDelete(row)}>
          Delete
        </button>
      </td>
    </tr>
  );
});

/** Long texts only if there is room beside the others. */
function columnsOf(entity: Entity): ReadonlyArray<Field> {
  const short = entity.fields.filter((field) => field.type !== "text").slice(0, maxColumns);
  const long = entity.fields.filter((field) => field.type === "text").slice(0, maxColumns - short.length);
  return entity.fields.filter((field) => short.includes(field) || long.includes(field));
}

interface SortableHeadProps {
  readonly field: Field;
  readonly sort: string;
  readonly onSort: (sort: string) => void;
}

function SortableHead({ field, sort, onSort }: SortableHeadProps) {
  const direction = sort === field.name ? "ascending" : sort === \`-\${field.name}\` ? "descending" : undefined;
  return (
    <th scope="col" aria-sort={direction} data-type={field.type}>
      <button type="button" onClick={() => onSort(direction === "ascending" ? \`-\${field.name}\` : field.name)}>
        {field.label}
        <span className="sort-mark" aria-hidden="true">
          {direction === "ascending" ? "▲" : direction === "descending" ? "▼" : "↕"}
        </span>
      </button>
    </th>
  );
}

interface CellProps {
  readonly field: Field;
  readonly row: AnyRow;
  readonly labelOf: LabelOf;
}

function Cell({ field, row, labelOf }: CellProps) {
  const value = valueOf(row, field.name);
  if (field.type === "reference" && typeof value === "string") {
    const entity = field.to();
    return <Link to={\`\${entity.path}/\${value}\`}>{labelOf(entity, value)}</Link>;
  }
  if (field.type === "string" || field.type === "text") {
    return (
      <div className="excerpt" dir="auto">
        {formatValue(field, value)}
      </div>
    );
  }
  if (field.type === "enum" && value !== null) return <span className="tag">{formatValue(field, value)}</span>;
  return formatValue(field, value);
}
`
