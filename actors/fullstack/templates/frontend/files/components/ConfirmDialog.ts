/** `src/components/ConfirmDialog.tsx` of the generated frontend. Lines that begin with `//?` are explained in Conditional.ts. */
export const text = `/** Asks before something is done that cannot be undone. Escape and Cancel leave everything as it is. */
import { useId, useLayoutEffect, useRef, useState } from "react";
import { type ApiProblem, toProblem } from "../api.ts";
import { ProblemAlert } from "./ProblemAlert.tsx";

interface ConfirmDialogProps {
  readonly title: string;
  readonly text: string;
  readonly action: string;
  /** What leaving everything as it is is called. Default: Cancel. */
  readonly cancel?: string;
  /** Whether it cannot be decided yet. */
  readonly waiting?: boolean;
  /** If it fails, the dialog stays and shows why. */
  readonly onConfirm: () => Promise<void>;
  readonly onClose: () => void;
}

export function ConfirmDialog({
  title,
  text,
  action,
  cancel: cancelLabel = "Cancel",
  waiting = false,
  onConfirm,
  onClose,
}: ConfirmDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ApiProblem>();

  // As a modal dialog the browser keeps the focus inside and gives it back; for that it must close before it is gone.
  useLayoutEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);

  const cancel = () => {
    if (!busy) onClose();
  };

  const confirm = async () => {
    if (busy || waiting) return;
    setBusy(true);
    setProblem(undefined);
    try {
      await onConfirm();
    } catch (cause) {
      setProblem(toProblem(cause));
      setBusy(false);
    }
  };

  return (
    <dialog
      ref={dialog}
      aria-labelledby={\`\${id}-title\`}
      aria-describedby={\`\${id}-text\`}
      onCancel={(event) => {
        event.preventDefault();
        cancel();
      }}
    >
      <h2 id={\`\${id}-title\`}>{title}</h2>
      <p id={\`\${id}-text\`} role="status">
        {text}
      </p>
      <ProblemAlert problem={problem} />
      <div className="actions">
        <button type="button" onClick={cancel} aria-disabled={busy}>
          {cancelLabel}
        </button>
        <button type="button" className="danger" onClick={confirm} aria-disabled={busy || waiting}>
          {action}
        </button>
      </div>
    </dialog>
  );
}
`
