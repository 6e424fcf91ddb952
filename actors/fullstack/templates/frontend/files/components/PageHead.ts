/** `src/components/PageHead.tsx` of the generated frontend. Lines that begin with `//?` are explained in Conditional.ts. */
export const text = `/** Title, description and actions of a page; sets the title of the window as well. */
import { type ReactNode, useEffect } from "react";
import { settings } from "../settings.ts";

interface PageHeadProps {
  readonly title: string;
  readonly description?: string | undefined;
  readonly children?: ReactNode;
}

export function PageHead({ title, description, children }: PageHeadProps) {
  useEffect(() => {
    document.title = \`\${title} · \${settings.title}\`;
  }, [title]);
  return (
    <div className="page-head">
      <div>
        <h1>{title}</h1>
        {description !== undefined && <p className="quiet">{description}</p>}
      </div>
      {children !== undefined && <div className="actions">{children}</div>}
    </div>
  );
}
`
