/** `src/pages/NotFoundPage.tsx` of the generated frontend. Lines that begin with `//?` are explained in Conditional.ts. */
export const text = `import { PageHead } from "../components/PageHead.tsx";
import { Link } from "../router.tsx";

export function NotFoundPage() {
  return (
    <>
      <PageHead title="There is no such page" />
      <p>
        <Link to="/">Back to the start</Link>
      </p>
    </>
  );
}
`
