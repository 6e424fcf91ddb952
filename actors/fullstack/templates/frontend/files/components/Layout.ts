/** `src/components/Layout.tsx` of the generated frontend. Lines that begin with `//?` are explained in Conditional.ts. */
export const text = `/** The frame of every page: skip link, navigation, content. */
import { memo, type ReactNode, useEffect, useRef, useState } from "react";
//? if user-authentication
import { toProblem } from "../api.ts";
//? end
import { entities } from "../entities.ts";
import { Link, useAddress } from "../router.tsx";
//? if user-authentication
import { useSession } from "../session.tsx";
//? end
import { settings } from "../settings.ts";
//? if user-authentication
import { mayLeave } from "../unsaved.ts";
//? end

/** From this many entities on, the navigation can be narrowed by typing. */
const manyEntities = 12;

export function Layout({ children }: { readonly children: ReactNode }) {
  const { path } = useAddress();
  const [open, setOpen] = useState(false);
  const content = useRef<HTMLElement>(null);
  const shown = useRef(path);

  // A new page starts at its top, for the eye and for the screen reader.
  useEffect(() => {
    if (shown.current === path) return;
    shown.current = path;
    setOpen(false);
    content.current?.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }, [path]);

  return (
    <div className="layout">
      <a className="skip-link" href="#content">
        Skip to content
      </a>
      <header className="sidebar" data-open={open}>
        <div className="sidebar-head">
          <Link className="brand" to="/">
            {settings.title}
          </Link>
          <button
            type="button"
            className="menu-button"
            aria-expanded={open}
            aria-controls="navigation"
            onClick={() => setOpen(!open)}
          >
            Menu
          </button>
        </div>
        <div className="sidebar-body" id="navigation">
          <Navigation current={entityAt(path) ?? path} />
//? if user-authentication
          <AccountPanel />
//? end
        </div>
      </header>
      <main id="content" className="content" tabIndex={-1} ref={content}>
        {children}
      </main>
    </div>
  );
}

/** The path of the entity that an address belongs to. */
function entityAt(path: string): string | undefined {
  return entities.find((entity) => path === entity.path || path.startsWith(\`\${entity.path}/\`))?.path;
}

/** Drawn again only when another entry becomes current: there may be hundreds. */
const Navigation = memo(function Navigation({ current }: { readonly current: string }) {
//? if user-authentication
  const administrator = useSession().account?.administrator === true;
//? end
  const [wanted, setWanted] = useState("");
  const needle = wanted.trim().toLowerCase();
  const shown = entities.filter((entity) => entity.plural.toLowerCase().includes(needle));
  return (
    <nav aria-label="Main">
//? if dashboard
      <ul>
        <li>
          <NavLink to="/" current={current === "/"}>
            Dashboard
          </NavLink>
        </li>
      </ul>
//? end
      {entities.length > manyEntities && (
        <input
          type="search"
          className="nav-filter"
          aria-label="Narrow the navigation"
          placeholder="Narrow…"
          value={wanted}
          onChange={(event) => setWanted(event.target.value)}
        />
      )}
      <ul className="nav-entities">
        {shown.map((entity) => (
          <li key={entity.path}>
            <NavLink to={entity.path} current={current === entity.path}>
              {entity.plural}
            </NavLink>
          </li>
        ))}
      </ul>
//? if user-authentication
      {administrator && (
        <ul>
//? if audit-log
          <li>
            <NavLink to="/audit/log" current={current === "/audit/log"}>
              Audit log
            </NavLink>
          </li>
//? end
          <li>
            <NavLink to="/account/people" current={current === "/account/people"}>
              People
            </NavLink>
          </li>
        </ul>
      )}
//? else
//? if audit-log
      <ul>
        <li>
          <NavLink to="/audit/log" current={current === "/audit/log"}>
            Audit log
          </NavLink>
        </li>
      </ul>
//? end
//? end
    </nav>
  );
});

interface NavLinkProps {
  readonly to: string;
  readonly current: boolean;
  readonly children: ReactNode;
}

function NavLink({ to, current, children }: NavLinkProps) {
  return (
    <Link to={to} aria-current={current ? "page" : undefined}>
      {children}
    </Link>
  );
}
//? if user-authentication

function AccountPanel() {
  const { account, signOut } = useSession();
  const [message, setMessage] = useState("");
  const leave = () => {
    mayLeave(() => {
      signOut().catch((cause: unknown) => setMessage(toProblem(cause).message));
    });
  };
  return (
    <div className="account">
      <Link className="account-email" to="/account">
        {account?.email}
      </Link>
      <button type="button" onClick={leave}>
        Sign out
      </button>
      <span role="alert">{message}</span>
    </div>
  );
}
//? end
`
