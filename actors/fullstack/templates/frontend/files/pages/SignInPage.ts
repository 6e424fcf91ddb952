/** `src/pages/SignInPage.tsx` of the generated frontend. Lines that begin with `//?` are explained in Conditional.ts. */
export const text = `/** Asks who is there. What was open before comes back afterwards. */
import { CredentialsForm } from "../components/CredentialsForm.tsx";
import { PageHead } from "../components/PageHead.tsx";
import { Link } from "../router.tsx";
import { useSession } from "../session.tsx";
import { settings } from "../settings.ts";

interface SignInPageProps {
  /** The session ended in the middle of work. */
  readonly expired?: boolean;
}

export function SignInPage({ expired = false }: SignInPageProps) {
  const { signIn } = useSession();
  return (
    <main className="standalone">
      <p className="brand">{settings.title}</p>
      <PageHead title="Sign in" />
      {expired && (
        <p className="notice" role="status">
          Your session has ended. Sign in again; nothing of what you typed is lost.
        </p>
      )}
      <CredentialsForm submitLabel="Sign in" passwordKind="current-password" onSubmit={signIn} />
      {!expired && (
        <p>
          No account yet? <Link to="/account/register">Register</Link>
        </p>
      )}
    </main>
  );
}
`
