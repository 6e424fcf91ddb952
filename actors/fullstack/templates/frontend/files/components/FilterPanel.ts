/** `src/components/FilterPanel.tsx` of the generated frontend. Lines that begin with `//?` are explained in Conditional.ts. */
export const text = `/** Narrows a list to the rows whose fields have exactly the wanted values. */
import { type FormEvent, useEffect, useId, useState } from "react";
import { type Entity, type Field, filterFields } from "../model.ts";
import { scrollInstead } from "./FieldInput.tsx";
import { ReferenceSelect } from "./ReferenceSelect.tsx";

interface FilterPanelProps {
  readonly entity: Entity;
  readonly filters: ReadonlyMap<string, string>;
  readonly onApply: (filters: ReadonlyMap<string, string>) => void;
}

export function FilterPanel({ entity, filters, onApply }: FilterPanelProps) {
  const id = useId();
  const [wanted, setWanted] = useState(filters);

  // The address may change the filters as well: by "Show all", or on the way back.
  useEffect(() => setWanted(filters), [filters]);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    onApply(new Map([...wanted].filter(([, value]) => value !== "")));
  };

  return (
    <form className="filter-panel" aria-label="Filter" onSubmit={submit}>
      <div className="filter-fields">
        {filterFields(entity).map((field, index) => (
          <div className="field" key={field.name}>
            <label htmlFor={\`\${id}-\${index}\`}>{field.label}</label>
            <FilterInput
              id={\`\${id}-\${index}\`}
              field={field}
              value={wanted.get(field.name) ?? ""}
              onChange={(value) => setWanted((before) => new Map(before).set(field.name, value))}
            />
          </div>
        ))}
      </div>
      <div className="actions">
        <button type="submit" className="primary">
          Apply
        </button>
        <button type="button" onClick={() => onApply(new Map())}>
          Clear
        </button>
      </div>
    </form>
  );
}

interface FilterInputProps {
  readonly id: string;
  readonly field: Field;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

function FilterInput({ id, field, value, onChange }: FilterInputProps) {
  switch (field.type) {
    case "reference":
      return (
        <ReferenceSelect
          id={id}
          name={field.name}
          entity={field.to()}
          value={value}
          onChange={onChange}
          emptyLabel="Any"
        />
      );
    case "boolean":
    case "enum":
      return (
        <select id={id} name={field.name} value={value} onChange={(event) => onChange(event.target.value)}>
          <option value="">Any</option>
          {choicesOf(field).map(([choice, label]) => (
            <option key={choice} value={choice}>
              {label}
            </option>
          ))}
        </select>
      );
    default:
      return (
        <input
          id={id}
          name={field.name}
          type={inputType(field)}
          dir={inputType(field) === "text" ? "auto" : undefined}
          step="any"
          onWheel={inputType(field) === "number" ? scrollInstead : undefined}
          autoComplete="off"
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      );
  }
}

function inputType(field: Field): string {
  if (field.type === "date") return "date";
  return field.type === "integer" || field.type === "number" ? "number" : "text";
}

type ChoiceField = Extract<Field, { readonly type: "boolean" | "enum" }>;

function choicesOf(field: ChoiceField): ReadonlyArray<readonly [string, string]> {
  if (field.type === "enum") return field.values.map((value) => [value, value] as const);
  return [
    ["true", "Yes"],
    ["false", "No"],
  ];
}
`
