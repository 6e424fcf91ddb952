/** `src/components/Notices.tsx` of the generated frontend. Lines that begin with `//?` are explained in Conditional.ts. */
export const text = `/** Above every page: what ended elsewhere, and the question before something typed is lost. */
import { dismiss, useNotices } from "../notices.ts";
import { Link } from "../router.tsx";
import { useLeaveQuestion } from "../unsaved.ts";
import { ConfirmDialog } from "./ConfirmDialog.tsx";

export function Notices() {
  const notices = useNotices();
  const question = useLeaveQuestion();
  return (
    <>
      <div className="notices">
        {notices.map(({ id, text, failed, to }) => (
          <div key={id} className={failed ? "toast failed" : "toast"} role={failed ? "alert" : "status"}>
            <p>{text}</p>
            {to !== undefined && (
              <Link to={to} onFollow={() => dismiss(id)}>
                Open it again
              </Link>
            )}
            <button type="button" aria-label={\`Dismiss: \${text}\`} onClick={() => dismiss(id)}>
              ×
            </button>
          </div>
        ))}
      </div>
      {question !== undefined && (
        <ConfirmDialog
          title="Leave without saving?"
          text="What you have changed on this page is not saved yet, and would be lost."
          action="Leave"
          cancel="Stay"
          onConfirm={async () => question.leave()}
          onClose={question.stay}
        />
      )}
    </>
  );
}
`
