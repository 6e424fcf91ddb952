/** `src/pages/EditPage.tsx` of the generated frontend. Lines that begin with `//?` are explained in Conditional.ts. */
export const text = `/** Makes a new row, or changes one. */
import { createRow, readRow, updateRow } from "../api.ts";
import { EntityForm } from "../components/EntityForm.tsx";
import { PageHead } from "../components/PageHead.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { listReturn } from "../listMemory.ts";
import { type Entity, formatInstant, rowLabel } from "../model.ts";
import { Link } from "../router.tsx";
import { useLoad } from "../useLoad.ts";

interface EditPageProps {
  readonly entity: Entity;
  /** The row to change; a new one without it. */
  readonly id?: string;
}

export function EditPage({ entity, id }: EditPageProps) {
  return (
    <>
      <p className="back">
        <Link to={listReturn(entity)} back>
          ← {entity.plural}
        </Link>
      </p>
      {id === undefined ? <NewRow entity={entity} /> : <ExistingRow entity={entity} id={id} />}
    </>
  );
}

function NewRow({ entity }: { readonly entity: Entity }) {
  return (
    <>
      <PageHead title={\`New \${entity.title}\`} description={entity.description} />
      <EntityForm
        entity={entity}
        submitLabel="Create"
        onSubmit={async (values) => \`Created: \${rowLabel(entity, await createRow(entity, values))}\`}
      />
    </>
  );
}

function ExistingRow({ entity, id }: { readonly entity: Entity; readonly id: string }) {
  const row = useLoad(id, (signal) => readRow(entity, id, signal));
  if (row.data === undefined) {
    return (
      <>
        <PageHead title={\`Edit \${entity.title}\`} />
        {row.problem === undefined && <p role="status">Loading…</p>}
        <ProblemAlert problem={row.problem} onRetry={row.reload} />
      </>
    );
  }
  return (
    <>
      <PageHead
        title={\`Edit \${rowLabel(entity, row.data)}\`}
        description={\`Created \${formatInstant(row.data.createdAt)}, last changed \${formatInstant(row.data.updatedAt)}\`}
      />
      <EntityForm
        key={row.data.id}
        entity={entity}
        row={row.data}
        submitLabel="Save"
        onSubmit={async (values, base) => {
          if (base === undefined) return "Saved";
          const saved = values.size === 0 ? base : await updateRow(entity, base, values);
          return \`Saved: \${rowLabel(entity, saved)}\`;
        }}
      />
    </>
  );
}
`
