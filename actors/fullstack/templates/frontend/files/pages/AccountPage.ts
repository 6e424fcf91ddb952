/** `src/pages/AccountPage.tsx` of the generated frontend. Lines that begin with `//?` are explained in Conditional.ts. */
export const text = `/** What is one's own: the password, and the sessions on all devices. */
import { type FormEvent, useEffect, useRef, useState } from "react";
import { type ApiProblem, fieldMessage, toProblem } from "../api.ts";
import { CredentialInput } from "../components/CredentialsForm.tsx";
import { PageHead } from "../components/PageHead.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { useSession } from "../session.tsx";

export function AccountPage() {
  const { account, signOutEverywhere } = useSession();
  const [problem, setProblem] = useState<ApiProblem>();
  const leave = () => {
    signOutEverywhere().catch((cause: unknown) => setProblem(toProblem(cause)));
  };
  return (
    <>
      <PageHead title="Account" description={account?.email} />
      <h2>Change password</h2>
      <PasswordForm />
      <h2>Sessions</h2>
      <p>Ends your session here and on all other devices.</p>
      <ProblemAlert problem={problem} />
      <div className="actions">
        <button type="button" onClick={leave}>
          Sign out everywhere
        </button>
      </div>
    </>
  );
}

function PasswordForm() {
  const { changePassword } = useSession();
  const form = useRef<HTMLFormElement>(null);
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const [problem, setProblem] = useState<ApiProblem>();
  const [notice, setNotice] = useState("");
  const [busy, setBusy] = useState(false);

  useEffect(() => {
    if (problem !== undefined) form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [problem]);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setProblem(undefined);
    setNotice("");
    try {
      await changePassword(current, next);
      setCurrent("");
      setNext("");
      setNotice("Password changed. All other sessions have ended.");
    } catch (cause) {
      setProblem(toProblem(cause));
    }
    setBusy(false);
  };

  const errorOf = (name: string, label: string) =>
    problem?.errors
      .filter(({ path }) => path === name)
      .map(({ message }) => fieldMessage(label, message))
      .join(" ");

  return (
    <form ref={form} noValidate onSubmit={submit}>
      <ProblemAlert problem={problem} />
      <p className="notice" role="status" hidden={notice === ""}>
        {notice}
      </p>
      <CredentialInput
        label="Current password"
        type="password"
        autoComplete="current-password"
        value={current}
        error={errorOf("currentPassword", "Current password")}
        onChange={setCurrent}
      />
      <CredentialInput
        label="New password"
        type="password"
        autoComplete="new-password"
        value={next}
        error={errorOf("newPassword", "New password")}
        onChange={setNext}
      />
      <div className="actions">
        <button type="submit" className="primary" aria-disabled={busy}>
          Change password
        </button>
      </div>
    </form>
  );
}
`
