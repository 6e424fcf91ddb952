/** `src/pages/DashboardPage.tsx` of the generated frontend. Lines that begin with `//?` are explained in Conditional.ts. */
export const text = `/** How many there are of everything, and what came last. */
import { listRows } from "../api.ts";
import { PageHead } from "../components/PageHead.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { entities } from "../entities.ts";
import { type Entity, formatDay, formatNumber, rowLabel } from "../model.ts";
import { Link } from "../router.tsx";
import { useLoad } from "../useLoad.ts";

const newest = new URLSearchParams({ pageSize: "5", sort: "-createdAt" });

export function DashboardPage() {
  return (
    <>
      <PageHead title="Dashboard" />
      <div className="cards">
        {entities.map((entity) => (
          <EntityCard key={entity.path} entity={entity} />
        ))}
      </div>
    </>
  );
}

function EntityCard({ entity }: { readonly entity: Entity }) {
  const rows = useLoad(entity.path, (signal) => listRows(entity, newest, signal));
  return (
    <section className="card" aria-label={entity.plural}>
      <div className="card-head">
        <h2>
          <Link to={entity.path}>{entity.plural}</Link>
        </h2>
        <span className="count">{rows.data === undefined ? "…" : formatNumber(rows.data.total)}</span>
      </div>
      <ProblemAlert problem={rows.problem} onRetry={rows.reload} />
      {rows.data?.total === 0 && <p className="quiet">None yet.</p>}
      <ul>
        {rows.data?.items.map((row) => (
          <li key={row.id}>
            <Link to={\`\${entity.path}/\${row.id}\`}>{rowLabel(entity, row)}</Link>
            <time className="quiet" dateTime={row.createdAt}>
              {formatDay(row.createdAt)}
            </time>
          </li>
        ))}
      </ul>
      <Link className="button" to={\`\${entity.path}/new\`}>
        New {entity.title}
      </Link>
    </section>
  );
}
`
