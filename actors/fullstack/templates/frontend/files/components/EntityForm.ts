/** `src/components/EntityForm.tsx` of the generated frontend. Lines that begin with `//?` are explained in Conditional.ts. */
export const text = `/** The form of an entity. Whatever the server says, what was typed stays. */
import { type FormEvent, useEffect, useId, useMemo, useRef, useState } from "react";
import { ApiProblem, fieldMessage, readRow, toProblem, type Values } from "../api.ts";
import { type Draft, initialDrafts, parseDraft } from "../draft.ts";
import { listReturn } from "../listMemory.ts";
import { type AnyRow, type Entity, type Row, rowLabel, type Value, valueOf } from "../model.ts";
import { tell } from "../notices.ts";
import { Link, navigate } from "../router.tsx";
import { forgetKept, keep, keptAt, release, useUnsaved } from "../unsaved.ts";
import { useIsHere } from "../useIsHere.ts";
import { ConflictNotice } from "./ConflictNotice.tsx";
import { FieldInput } from "./FieldInput.tsx";
import { ProblemAlert } from "./ProblemAlert.tsx";

interface EntityFormProps {
  readonly entity: Entity;
  /** The row to change, the newest known; a new one without it. */
  readonly row?: AnyRow | undefined;
  readonly submitLabel: string;
  /** Gets the values of a new row, or only the changed ones and the row they change. Gives what to tell the user. */
  readonly onSubmit: (values: Values, base: AnyRow | undefined) => Promise<string>;
}

export function EntityForm({ entity, row, submitLabel, onSubmit }: EntityFormProps) {
  const id = useId();
  const form = useRef<HTMLFormElement>(null);
  const [address] = useState(() => window.location.pathname);
  const [kept] = useState(() => keptAt(address));
  /** What the user began with: only what differs from it is a change. */
  const [base, setBase] = useState(kept?.base ?? row);
  const [drafts, setDrafts] = useState(() => kept?.drafts ?? initialDrafts(entity, row));
  const [stored, setStored] = useState<AnyRow>();
  const [errors, setErrors] = useState<ReadonlyMap<string, string>>(new Map());
  const [problem, setProblem] = useState<ApiProblem>();
  const [busy, setBusy] = useState(false);
  const isHere = useIsHere();

  const initial = useMemo(() => initialDrafts(entity, base), [entity, base]);
  const mine = new Map([...drafts].filter(([name, draft]) => draft !== initial.get(name)));
  useUnsaved(mine.size > 0 && !busy, mine.size > 0 || busy);

  // The row may have been loaded again meanwhile.
  const newest = stored === undefined || (row !== undefined && row.updatedAt > stored.updatedAt) ? row : stored;
  const isBehind = base !== undefined && newest !== undefined && newest.updatedAt > base.updatedAt;
  if (isBehind && mine.size === 0 && !busy) begin(newest, new Map());
  const theirs = isBehind && mine.size > 0 ? newest : undefined;

  /** Goes on from another row, with these changes to it. */
  function begin(from: AnyRow, changes: ReadonlyMap<string, Draft>) {
    setBase(from);
    setDrafts(new Map([...initialDrafts(entity, from), ...changes]));
    setErrors(new Map());
    setProblem(undefined);
  }

  useEffect(() => forgetKept(address), [address]);

  // After a refusal the first bad field has the focus.
  useEffect(() => {
    if (errors.size === 0) return;
    form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [errors]);

  // Who has pressed the button at the end of a long form sees what came of it.
  useEffect(() => {
    if (problem !== undefined) form.current?.querySelector("[role=alert]")?.scrollIntoView?.({ block: "nearest" });
  }, [problem]);

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
      const notice = await onSubmit(base === undefined ? parsed.values : changedValues(base, parsed.values), base);
      if (isHere()) {
        release();
        navigate(listReturn(entity), { notice, back: true });
      } else {
        tell({ text: notice, failed: false });
      }
    } catch (cause) {
      const refused = toProblem(cause);
      if (!isHere()) {
        keep(address, { base, drafts });
        const what = base === undefined ? \`New \${entity.title}\` : rowLabel(entity, base);
        tell({ text: \`Not saved: \${what}. \${refused.message}\`, failed: true, to: address });
        return;
      }
      const current = refused.status === 412 && base !== undefined ? await readNewest(entity, base) : undefined;
      setBusy(false);
      setStored(current);
      if (current !== undefined) return;
      const known = errorsByField(entity, refused);
      setErrors(known.fields);
      if (known.fields.size === 0 || known.rest.length > 0) {
        setProblem(known.rest.length === 0 ? refused : new ApiProblem(refused.status, known.rest.join(" ")));
      }
    }
  };

  return (
    <form ref={form} className="entity-form" noValidate onSubmit={submit}>
      {base !== undefined && theirs !== undefined && (
        <ConflictNotice
          entity={entity}
          base={base}
          theirs={theirs}
          mine={mine}
          onKeep={() => begin(theirs, mine)}
          onTake={() => begin(theirs, new Map())}
        />
      )}
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
        <Link className="button" to={listReturn(entity)} back>
          Cancel
        </Link>
      </div>
    </form>
  );
}

/** The row as it is stored now; nothing where that cannot be found out. */
async function readNewest(entity: Entity, base: Row): Promise<AnyRow | undefined> {
  try {
    return await readRow(entity, base.id);
  } catch {
    return undefined;
  }
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
