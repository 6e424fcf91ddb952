/** `src/pages/RegisterPage.tsx` of the generated frontend. Lines that begin with `//?` are explained in Conditional.ts. */
export const text = `/** Makes an account, and signs it in. The link of an invitation has its token behind the "#". */
import { CredentialsForm } from "../components/CredentialsForm.tsx";
import { PageHead } from "../components/PageHead.tsx";
import { Link } from "../router.tsx";
import { useSession } from "../session.tsx";
import { settings } from "../settings.ts";

export function RegisterPage() {
  const { register } = useSession();
  return (
    <main className="standalone">
      <p className="brand">{settings.title}</p>
      <PageHead title="Register" />
      <CredentialsForm
        submitLabel="Register"
        passwordKind="new-password"
        onSubmit={(credentials) => register(credentials, window.location.hash.slice(1))}
      />
      <p>
        Registered already? <Link to="/account/sign-in">Sign in</Link>
      </p>
    </main>
  );
}
`
