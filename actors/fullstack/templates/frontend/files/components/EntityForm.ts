/** `src/components/EntityForm.tsx` of the generated frontend. Lines that begin with `//?` are explained in Conditional.ts. */
export const text = `/** The form of an entity. Whatever the server says, what was typed stays. */
import { type FormEvent, useEffect, useId, useRef, useState } from "react";
import { ApiProblem, fieldMessage, toProblem, type Values } from "../api.ts";
import { type Draft, initialDrafts, parseDraft } from "../draft.ts";
import { type Entity, type Row, type Value, valueOf } from "../model.ts";
import { Link } from "../router.tsx";
import { FieldInput } from "./FieldInput.tsx";
import { ProblemAlert } from "./ProblemAlert.tsx";

interface EntityFormProps {
  readonly entity: Entity;
  /** The row to change; a new one without it. */
  readonly row?: Row | undefined;
  readonly submitLabel: string;
  /** Gets the values of a new row, or only the changed ones. */
  readonly onSubmit: (values: Values) => Promise<void>;
}

export function EntityForm({ entity, row, submitLabel, onSubmit }: EntityFormProps) {
  const id = useId();
  const form = useRef<HTMLFormElement>(null);
  const [drafts, setDrafts] = useState(() => initialDrafts(entity, row));
  const [errors, setErrors] = useState<ReadonlyMap<string, string>>(new Map());
  const [problem, setProblem] = useState<ApiProblem>();
  const [busy, setBusy] = useState(false);

  // After a refusal the first bad field has the focus.
  useEffect(() => {
    if (errors.size === 0) return;
    form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [errors]);

  const change = (name: string, draft: Draft) => setDrafts((before) => new Map(before).set(name, draft));

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    const parsed = parseAll(entity, drafts, form.current);
    setProblem(undefined);
    setErrors(parsed.errors);
    if (parsed.errors.size > 0) return;
    setBusy(true);
    try {
      await onSubmit(row === undefined ? parsed.values : changedValues(row, parsed.values));
    } catch (cause) {
      const refused = toProblem(cause);
      const known = errorsByField(entity, refused);
      setErrors(known.fields);
      if (known.fields.size === 0 || known.rest.length > 0) {
        setProblem(known.rest.length === 0 ? refused : new ApiProblem(refused.status, known.rest.join(" ")));
      }
      setBusy(false);
    }
  };

  return (
    <form ref={form} className="entity-form" noValidate onSubmit={submit}>
      <ProblemAlert problem={problem} />
      {errors.size > 0 && (
        <p className="alert" role="alert">
          {errors.size === 1 ? "One field needs a correction." : \`\${errors.size} fields need a correction.\`}
        </p>
      )}
      {entity.fields.some((field) => field.required === true) && (
        <p className="quiet">
          Fields marked <span className="required-mark">*</span> are required.
        </p>
      )}
      {entity.fields.map((field, index) => (
        <FieldInput
          key={field.name}
          id={\`\${id}-\${index}\`}
          field={field}
          draft={drafts.get(field.name) ?? ""}
          error={errors.get(field.name)}
          onChange={(draft) => change(field.name, draft)}
        />
      ))}
      <div className="actions">
        {/* Not disabled: that would take the focus from who has just pressed it. */}
        <button type="submit" className="primary" aria-disabled={busy}>
          {submitLabel}
        </button>
        <Link className="button" to={entity.path}>
          Cancel
        </Link>
      </div>
    </form>
  );
}

interface ParsedForm {
  readonly values: Map<string, Value>;
  readonly errors: Map<string, string>;
}

function parseAll(entity: Entity, drafts: ReadonlyMap<string, Draft>, form: HTMLFormElement | null): ParsedForm {
  const values = new Map<string, Value>();
  const errors = new Map<string, string>();
  const controls = [...(form?.elements ?? [])] as Array<HTMLInputElement>;
  for (const field of entity.fields) {
    // "12x" in a number input reads as empty; only the browser knows that it is not.
    const unreadable = controls.some((control) => control.name === field.name && control.validity.badInput);
    const draft = drafts.get(field.name) ?? "";
    const parsed = unreadable ? { error: \`\${field.label} cannot be read.\` } : parseDraft(field, draft);
    if ("error" in parsed) errors.set(field.name, parsed.error);
    else values.set(field.name, parsed.value);
  }
  return { values, errors };
}

/** An unticked box and an empty field are not yet a change. */
function changedValues(row: Row, values: Values): Values {
  return new Map(
    [...values].filter(([name, value]) => {
      const before = valueOf(row, name);
      return value !== before && !(value === false && before === null);
    }),
  );
}

function errorsByField(entity: Entity, problem: ApiProblem) {
  const fields = new Map<string, string>();
  const rest: Array<string> = [];
  for (const { path, message } of problem.errors) {
    const field = entity.fields.find(({ name }) => name === path);
    if (field === undefined) {
      rest.push(path === "" ? message : \`\${path}: \${message}\`);
      continue;
    }
    const before = fields.get(field.name);
    const text = fieldMessage(field.label, message);
    fields.set(field.name, before === undefined ? text : \`\${before} \${text}\`);
  }
  return { fields, rest };
}
`
