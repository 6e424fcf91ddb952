/** `src/pages/PeoplePage.tsx` of the generated frontend. Lines that begin with `//?` are explained in Conditional.ts. */
export const text = `/** Who has an account, and who may get one: for the administrator. */
import { useState } from "react";
import * as api from "../api.ts";
import { PageHead } from "../components/PageHead.tsx";
import { Pagination } from "../components/Pagination.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { formatInstant } from "../model.ts";
import { navigate, useAddress } from "../router.tsx";
import { useLoad } from "../useLoad.ts";

export function PeoplePage() {
  return (
    <>
      <PageHead title="People" description="Who has an account, and who may get one." />
      <Registration />
      <Invitations />
      <Accounts />
    </>
  );
}

function Registration() {
  const state = useLoad("registration", (signal) => api.readRegistration(signal));
  const [problem, setProblem] = useState<api.ApiProblem>();
  const open = state.data?.open;
  const change = () => {
    setProblem(undefined);
    api.setRegistration(open !== true).then(state.reload, (cause: unknown) => setProblem(api.toProblem(cause)));
  };
  return (
    <>
      <h2>Registration</h2>
      <ProblemAlert problem={problem ?? state.problem} onRetry={state.reload} />
      <p role="status">
        {open === undefined
          ? "Loading…"
          : open
            ? "Open: everybody may register."
            : "Closed: only those with an invitation may register."}
      </p>
      {open !== undefined && (
        <div className="actions">
          <button type="button" onClick={change}>
            {open ? "Close registration" : "Open registration"}
          </button>
        </div>
      )}
    </>
  );
}

function Invitations() {
  const invitations = useLoad("invitations", (signal) => api.listInvitations(signal));
  const [link, setLink] = useState<string>();
  const [problem, setProblem] = useState<api.ApiProblem>();
  const fail = (cause: unknown) => setProblem(api.toProblem(cause));
  const invite = () => {
    setProblem(undefined);
    api.invite().then((made) => {
      setLink(new URL(made.link, window.location.origin).href);
      invitations.reload();
    }, fail);
  };
  const withdraw = (id: string) => {
    setProblem(undefined);
    api.withdrawInvitation(id).then(invitations.reload, fail);
  };
  return (
    <>
      <h2>Invitations</h2>
      <ProblemAlert problem={problem ?? invitations.problem} onRetry={invitations.reload} />
      <div className="actions">
        <button type="button" onClick={invite}>
          Make an invitation
        </button>
      </div>
      {link !== undefined && (
        <p className="notice" role="status">
          Give this link to one person. It is shown this once: <code>{link}</code>
        </p>
      )}
      {invitations.data !== undefined && invitations.data.items.length > 0 && (
        <ul>
          {invitations.data.items.map(({ createdAt, expiresAt, id }) => (
            <li key={id}>
              Made {formatInstant(createdAt)}, good until {formatInstant(expiresAt)}{" "}
              <button
                type="button"
                aria-label={\`Withdraw the invitation of \${formatInstant(createdAt)}\`}
                onClick={() => withdraw(id)}
              >
                Withdraw
              </button>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function Accounts() {
  const { query } = useAddress();
  const page = Math.max(1, Math.floor(Number(new URLSearchParams(query).get("page") ?? 1)) || 1);
  const accounts = useLoad(String(page), (signal) => api.listAccounts(page, signal));
  return (
    <>
      <h2>Accounts</h2>
      <ProblemAlert problem={accounts.problem} onRetry={accounts.reload} />
      {accounts.data !== undefined && (
        <>
          <section className="table-frame" aria-label="Accounts: table" tabIndex={0}>
            <table>
              <thead>
                <tr>
                  <th scope="col">E-mail</th>
                  <th scope="col">Since</th>
                  <th scope="col">Role</th>
                </tr>
              </thead>
              <tbody>
                {accounts.data.items.map(({ administrator, createdAt, email, id }) => (
                  <tr key={id}>
                    <td>{email}</td>
                    <td>{formatInstant(createdAt)}</td>
                    <td>{administrator ? "Administrator" : "–"}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </section>
          <Pagination
            page={accounts.data.page}
            pageSize={accounts.data.pageSize}
            total={accounts.data.total}
            onPage={(to) => navigate(\`/account/people?page=\${to}\`)}
          />
        </>
      )}
    </>
  );
}
`
