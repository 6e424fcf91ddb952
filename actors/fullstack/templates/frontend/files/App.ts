/** `src/App.tsx` of the generated frontend. Lines that begin with `//?` are explained in Conditional.ts. */
export const text = `/** Chooses the page for the address, and draws it inside the frame that all pages share. */
//? if user-authentication
import type { ReactNode } from "react";
//? end
import { ErrorBoundary } from "./components/ErrorBoundary.tsx";
import { Layout } from "./components/Layout.tsx";
import { Notices } from "./components/Notices.tsx";
//? if user-authentication
import { ProblemAlert } from "./components/ProblemAlert.tsx";
//? end
import { entities } from "./entities.ts";
//? if user-authentication
import { AccountPage } from "./pages/AccountPage.tsx";
//? end
//? if audit-log
import { AuditLogPage } from "./pages/AuditLogPage.tsx";
//? end
//? if dashboard
import { DashboardPage } from "./pages/DashboardPage.tsx";
//? end
import { EditPage } from "./pages/EditPage.tsx";
import { ListPage } from "./pages/ListPage.tsx";
import { NotFoundPage } from "./pages/NotFoundPage.tsx";
//? if user-authentication
import { PeoplePage } from "./pages/PeoplePage.tsx";
import { RegisterPage } from "./pages/RegisterPage.tsx";
import { SignInPage } from "./pages/SignInPage.tsx";
//? end
//? if user-authentication or not dashboard
import { Redirect, useAddress } from "./router.tsx";
//? else
import { useAddress } from "./router.tsx";
//? end
//? if user-authentication
import { SessionProvider, useSession } from "./session.tsx";
//? end

//? if user-authentication
export function App() {
  return (
    <SessionProvider>
      <Gate>
        <Layout>
          <CurrentPage />
        </Layout>
      </Gate>
      <Notices />
    </SessionProvider>
  );
}

/** Lets nobody in who is not signed in. An expired session hides the page but keeps it, and what was typed into it. */
function Gate({ children }: { readonly children: ReactNode }) {
  const { path } = useAddress();
  const { status, account, problem, check } = useSession();
  if (status === "loading") {
    return (
      <p className="standalone" role="status">
        Loading…
      </p>
    );
  }
  if (status === "unreachable") {
    return (
      <main className="standalone">
        <ProblemAlert problem={problem} onRetry={check} />
      </main>
    );
  }
  if (status === "signedOut") return path === "/account/register" ? <RegisterPage /> : <SignInPage />;
  return (
    <>
      {status === "expired" && <SignInPage expired />}
      <div key={account?.id} hidden={status === "expired"}>
        {children}
      </div>
    </>
  );
}
//? else
export function App() {
  return (
    <>
      <Layout>
        <CurrentPage />
      </Layout>
      <Notices />
    </>
  );
}
//? end

function CurrentPage() {
  const { path } = useAddress();
  return (
    <ErrorBoundary key={path}>
      <PageAt path={path} />
    </ErrorBoundary>
  );
}

function PageAt({ path }: { readonly path: string }) {
//? if dashboard
  if (path === "/") return <DashboardPage />;
//? else
  if (path === "/") return <Redirect to={entities[0]?.path ?? "/"} />;
//? end
//? if user-authentication
  if (path === "/account") return <AccountPage />;
  if (path === "/account/people") return <PeoplePage />;
  if (path === "/account/sign-in" || path === "/account/register") return <Redirect to="/" />;
//? end
//? if audit-log
  if (path === "/audit/log") return <AuditLogPage />;
//? end
  for (const entity of entities) {
    if (path === entity.path) return <ListPage key={path} entity={entity} />;
    if (path === \`\${entity.path}/new\`) return <EditPage key={path} entity={entity} />;
    if (path.startsWith(\`\${entity.path}/\`)) {
      const id = decoded(path.slice(entity.path.length + 1));
      return id === undefined ? <NotFoundPage /> : <EditPage key={path} entity={entity} id={id} />;
    }
  }
  return <NotFoundPage />;
}

/** Nothing for what no encoding of a text is, such as "%E0%A4". */
function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}
`
