/** `src/pages/AuditLogPage.tsx` of the generated frontend. Lines that begin with `//?` are explained in Conditional.ts. */
export const text = `/** Who changed what, and when; the newest first. */
import { type AuditEntry, listAuditLog } from "../api.ts";
import { PageHead } from "../components/PageHead.tsx";
import { Pagination } from "../components/Pagination.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { excerpt, formatInstant } from "../model.ts";
import { navigate, useAddress } from "../router.tsx";
//? if user-authentication
import { useSession } from "../session.tsx";
//? end
import { useLoad } from "../useLoad.ts";

export function AuditLogPage() {
  const { query } = useAddress();
  const page = Math.max(1, Math.floor(Number(new URLSearchParams(query).get("page") ?? 1)) || 1);
  const log = useLoad(String(page), (signal) => listAuditLog(page, signal));
  return (
    <>
//? if user-authentication
      <PageHead title="Audit log" description="Every change, and who made it." />
//? else
      <PageHead title="Audit log" description="Every change." />
//? end
      <ProblemAlert problem={log.problem} onRetry={log.reload} />
      {log.data === undefined && log.loading && <p role="status">Loading…</p>}
      {log.data?.total === 0 && <p className="empty">Nothing has been changed yet.</p>}
      {log.data !== undefined && log.data.items.length > 0 && (
        <section className="table-frame" aria-label="Audit log: table" tabIndex={0}>
          <table>
            <thead>
              <tr>
                <th scope="col">When</th>
//? if user-authentication
                <th scope="col">Who</th>
//? end
                <th scope="col">What</th>
                <th scope="col">Changes</th>
              </tr>
            </thead>
            <tbody>
              {log.data.items.map((entry) => (
                <EntryRow key={entry.id} entry={entry} />
              ))}
            </tbody>
          </table>
        </section>
      )}
      {log.data !== undefined && log.data.total > 0 && (
        <Pagination
          page={log.data.page}
          pageSize={log.data.pageSize}
          total={log.data.total}
          onPage={(to) => navigate(\`/audit/log?page=\${to}\`)}
        />
      )}
    </>
  );
}

function EntryRow({ entry }: { readonly entry: AuditEntry }) {
  return (
    <tr>
      <td>
        <time dateTime={entry.at}>{formatInstant(entry.at)}</time>
      </td>
//? if user-authentication
      <td>
        <Who accountId={entry.accountId} />
      </td>
//? end
      <td>
        <span className="tag">{entry.action}</span> {entry.entity} <code>{entry.entityId.slice(0, 8)}</code>
      </td>
      <td>
        <Changes changes={entry.changes} />
      </td>
    </tr>
  );
}

//? if user-authentication
/** Only the reader's own account has a name here: the others' addresses are nobody else's business. */
function Who({ accountId }: { readonly accountId: string | null }) {
  const { account } = useSession();
  if (accountId === null) return "–";
  return accountId === account?.id ? account.email : <code>{accountId.slice(0, 8)}</code>;
}

//? end
/** More would bury the other entries. */
const maxShown = 4;

function Changes({ changes }: { readonly changes: unknown }) {
  if (typeof changes !== "object" || changes === null) return "–";
  const changed = Object.entries(changes);
  const list = (
    <ul className="changes">
      {changed.map(([name, change]) => (
        <li key={name}>
          <strong>{name}</strong> {describeChange(change)}
        </li>
      ))}
    </ul>
  );
  if (changed.length <= maxShown) return list;
  return (
    <details>
      <summary>{changed.length} fields</summary>
      {list}
    </details>
  );
}

function describeChange(change: unknown): string {
  if (typeof change !== "object" || change === null || !("from" in change) || !("to" in change)) {
    return describeValue(change);
  }
  const [from, to] = [describeValue(change.from), describeValue(change.to)];
  return from === "–" ? to : \`\${from} → \${to}\`;
}

function describeValue(value: unknown): string {
  if (value === null || value === undefined || value === "") return "–";
  return excerpt(typeof value === "string" ? value : JSON.stringify(value));
}
`
