/** `src/components/FieldInput.tsx` of the generated frontend. Lines that begin with `//?` are explained in Conditional.ts. */
export const text = `/** One field of a form: label, the input that suits the type, hint and error, tied together for assistive technology. */
import { useState, type WheelEvent } from "react";
import { characters, type Draft } from "../draft.ts";
import { type Field, formatNumber } from "../model.ts";
import { ReferenceSelect } from "./ReferenceSelect.tsx";

interface FieldInputProps {
  readonly id: string;
  readonly field: Field;
  readonly draft: Draft;
  readonly error: string | undefined;
  readonly onChange: (draft: Draft) => void;
}

export function FieldInput({ id, field, draft, error, onChange }: FieldInputProps) {
  const hint = hintFor(field);
  const describedBy = [hint === undefined ? "" : \`\${id}-hint\`, error === undefined ? "" : \`\${id}-error\`]
    .filter((part) => part !== "")
    .join(" ");
  const shared = {
    id,
    name: field.name,
    "aria-invalid": error === undefined ? undefined : true,
    "aria-describedby": describedBy === "" ? undefined : describedBy,
  };
  return (
    <div className="field" data-type={field.type}>
      <label htmlFor={id} className={field.required === true && field.type !== "boolean" ? "required" : undefined}>
        {field.label}
      </label>
      <Control field={field} draft={draft} onChange={onChange} shared={shared} />
      {hint !== undefined && (
        <p className="hint" id={\`\${id}-hint\`}>
          {hint}
        </p>
      )}
      {error !== undefined && (
        <p className="field-error" id={\`\${id}-error\`}>
          {error}
        </p>
      )}
    </div>
  );
}

interface SharedProps {
  readonly id: string;
  readonly name: string;
  readonly "aria-invalid": boolean | undefined;
  readonly "aria-describedby": string | undefined;
}

interface ControlProps {
  readonly field: Field;
  readonly draft: Draft;
  readonly onChange: (draft: Draft) => void;
  readonly shared: SharedProps;
}

function Control({ field, draft, onChange, shared }: ControlProps) {
  const text = String(draft);
  switch (field.type) {
    case "boolean":
      return (
        <input
          {...shared}
          type="checkbox"
          checked={draft === true}
          onChange={(event) => onChange(event.target.checked)}
        />
      );
    case "text":
      return <LongText field={field} draft={text} onChange={onChange} shared={shared} />;
    case "enum":
      return (
        <select {...shared} required={field.required} value={text} onChange={(event) => onChange(event.target.value)}>
          <option value="">{field.required === true ? "Choose…" : "None"}</option>
          {field.values.map((value) => (
            <option key={value} value={value}>
              {value}
            </option>
          ))}
        </select>
      );
    case "reference":
      return (
        <ReferenceSelect
          id={shared.id}
          name={shared.name}
          entity={field.to()}
          value={text}
          onChange={onChange}
          emptyLabel={field.required === true ? "Choose…" : "None"}
          required={field.required === true}
          invalid={shared["aria-invalid"] === true}
          describedBy={shared["aria-describedby"]}
        />
      );
    case "integer":
    case "number":
      return (
        <input
          {...shared}
          type="number"
          onWheel={scrollInstead}
          inputMode={field.type === "integer" ? "numeric" : "decimal"}
          step={field.type === "integer" ? 1 : "any"}
          min={field.min}
          max={field.max}
          required={field.required}
          value={text}
          onChange={(event) => onChange(event.target.value)}
        />
      );
    default:
      return (
        <input
          {...shared}
          type={field.type === "date" ? "date" : "text"}
          dir={field.type === "date" ? undefined : "auto"}
          autoComplete="off"
          required={field.required}
          value={text}
          onChange={(event) => onChange(event.target.value)}
        />
      );
  }
}

/** A browser freezes over an input of a million characters, so such a text is only opened for who wants to change it. */
const maxOpen = 20_000;

function LongText({ draft, onChange, shared, field }: ControlProps & { readonly draft: string }) {
  const [open, setOpen] = useState(draft.length <= maxOpen);
  if (open) {
    return (
      <textarea
        {...shared}
        rows={4}
        dir="auto"
        required={field.required}
        value={draft}
        onChange={(event) => onChange(event.target.value)}
      />
    );
  }
  return (
    <div className="long-text">
      <textarea {...shared} rows={4} dir="auto" readOnly value={\`\${draft.slice(0, 1000)}…\`} />
      <button type="button" onClick={() => setOpen(true)}>
        Edit all {formatNumber(draft.length)} characters
      </button>
    </div>
  );
}

/** Over a number a wheel would change it, unseen, by who only wants to scroll the page. */
export function scrollInstead(event: WheelEvent<HTMLInputElement>): void {
  event.currentTarget.blur();
}

function hintFor(field: Field): string | undefined {
  const parts = [field.description, limitsOf(field)].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.join(" ");
}

function limitsOf(field: Field): string | undefined {
  if (field.type === "integer" || field.type === "number") {
    if (field.min !== undefined && field.min === field.max) return \`Exactly \${field.min}.\`;
    if (field.min !== undefined && field.max !== undefined) return \`From \${field.min} to \${field.max}.\`;
    if (field.min !== undefined) return \`At least \${field.min}.\`;
    if (field.max !== undefined) return \`At most \${field.max}.\`;
  }
  if (field.type === "string" || field.type === "text") {
    // At least one is what "required" says already.
    const least = (field.minLength ?? 0) > 1 ? field.minLength : undefined;
    if (least !== undefined && least === field.maxLength) return \`Exactly \${characters(least)}.\`;
    if (least !== undefined && field.maxLength !== undefined) return \`\${least} to \${characters(field.maxLength)}.\`;
    if (least !== undefined) return \`At least \${characters(least)}.\`;
    if (field.maxLength !== undefined) return \`At most \${characters(field.maxLength)}.\`;
  }
  return undefined;
}
`
