/** `src/components/CredentialsForm.tsx` of the generated frontend. Lines that begin with `//?` are explained in Conditional.ts. */
export const text = `/** E-mail address and password, for signing in and for registering. */
import { type FormEvent, useEffect, useId, useRef, useState } from "react";
import { type ApiProblem, type Credentials, fieldMessage, toProblem } from "../api.ts";
import { ProblemAlert } from "./ProblemAlert.tsx";

interface CredentialsFormProps {
  readonly submitLabel: string;
  /** Tells password managers whether to fill in or to make up a password. */
  readonly passwordKind: "current-password" | "new-password";
  readonly onSubmit: (credentials: Credentials) => Promise<void>;
}

export function CredentialsForm({ submitLabel, passwordKind, onSubmit }: CredentialsFormProps) {
  const form = useRef<HTMLFormElement>(null);
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [problem, setProblem] = useState<ApiProblem>();
  const [busy, setBusy] = useState(false);

  // These pages are nothing but the form, so that is where typing starts.
  useEffect(() => form.current?.querySelector("input")?.focus(), []);

  useEffect(() => {
    if (problem !== undefined) form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [problem]);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setProblem(undefined);
    try {
      await onSubmit({ email: email.trim(), password });
    } catch (cause) {
      setProblem(toProblem(cause));
      setBusy(false);
    }
  };

  const errorOf = (name: string, label: string) =>
    problem?.errors
      .filter(({ path }) => path === name)
      .map(({ message }) => fieldMessage(label, message))
      .join(" ");

  return (
    <form ref={form} noValidate onSubmit={submit}>
      <ProblemAlert problem={problem} />
      <CredentialInput
        label="E-mail"
        type="email"
        autoComplete="username"
        value={email}
        error={errorOf("email", "E-mail")}
        onChange={setEmail}
      />
      <CredentialInput
        label="Password"
        type="password"
        autoComplete={passwordKind}
        value={password}
        error={errorOf("password", "Password")}
        onChange={setPassword}
      />
      <div className="actions">
        <button type="submit" className="primary" aria-disabled={busy}>
          {submitLabel}
        </button>
      </div>
    </form>
  );
}

interface CredentialInputProps {
  readonly label: string;
  readonly type: "email" | "password";
  readonly autoComplete: string;
  readonly value: string;
  readonly error: string | undefined;
  readonly onChange: (value: string) => void;
}

export function CredentialInput({ label, type, autoComplete, value, error, onChange }: CredentialInputProps) {
  const id = useId();
  const wrong = error !== undefined && error !== "";
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type={type}
        name={type}
        autoComplete={autoComplete}
        required
        value={value}
        aria-invalid={wrong ? true : undefined}
        aria-describedby={wrong ? \`\${id}-error\` : undefined}
        onChange={(event) => onChange(event.target.value)}
      />
      {wrong && (
        <p className="field-error" id={\`\${id}-error\`}>
          {error}
        </p>
      )}
    </div>
  );
}
`
