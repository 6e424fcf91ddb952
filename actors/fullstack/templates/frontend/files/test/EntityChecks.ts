/** `test/entityChecks.tsx` of the generated frontend. Lines that begin with `//?` are explained in Conditional.ts. */
export const text = `/** What every entity's pages must do. The tests of an entity say which values it takes; how they are checked is here. */
import { fireEvent, render, waitFor } from "@testing-library/react";
import { expect } from "vitest";
import { App } from "../src/App.tsx";
import { isReferredTo } from "../src/components/DeleteDialog.tsx";
import {
  type AnyRow,
  type Entity,
  type Field,
  filterFields,
  formatValue,
  labelField,
  rowLabel,
  type Value,
  valueOf,
} from "../src/model.ts";
import { compareValues, FakeApi } from "./fakeApi.ts";

export interface EntitySamples {
  readonly entity: Entity;
  /** Values that the backend takes, one for every field. */
  readonly values: Readonly<Record<string, Value>>;
  /** The same, with every value another one. */
  readonly otherValues: Readonly<Record<string, Value>>;
}

/** Shows more rows than a page has, sorts them by every column and narrows them by every filter. */
export async function checkList(samples: EntitySamples): Promise<void> {
  const { entity } = samples;
  const api = apiFor(samples);
  for (let n = 0; n < 3; n += 1) api.add(entity, samples.values);
  for (let n = 0; n < 3; n += 1) api.add(entity, samples.otherValues);
  const all = [...api.rows(entity)];
  // Rows that only others refer to may stand before the samples.
  const pageSize = all.length - 2;
  const page = open(\`\${entity.path}?pageSize=\${pageSize}\`);

  await shows(page, entity, all.slice(0, pageSize));
  const full = all.find((row) => entity.fields.some((field) => valueOf(row, field.name) !== null)) as AnyRow;
  for (const field of shownFields(page, entity)) {
    await waitFor(() => expect(cell(page, entity, full, field)).toBe(shown(api, field, full)));
  }
  // What a page refers to is asked for at once, however many rows and references it has.
  const columns = shownFields(page, entity).filter((field) => field.type === "reference");
  const shownRows = all.slice(0, pageSize);
  const referring = columns.some((field) => shownRows.some((row) => valueOf(row, field.name) !== null));
  const collections = new Set([entity.path, ...columns.map((field) => field.to().path)]);
  const asked = api.requests.map(({ path }) => path).filter((path) => collections.has(\`/\${path.split("/")[2]}\`));
  const list = \`/api\${entity.path}\`;
  expect(new Set(asked)).toEqual(new Set(referring ? [list, \`\${list}/labels\`] : [list]));
  expect(asked.filter((path) => path !== list)).toHaveLength(referring ? 1 : 0);
  click(button(page, "Next"));
  await shows(page, entity, all.slice(pageSize));
  click(button(page, "Previous"));
  await shows(page, entity, all.slice(0, pageSize));

  for (const [index, field] of shownFields(page, entity).entries()) {
    for (const sort of index === 0 ? [field.name, \`-\${field.name}\`] : [field.name]) {
      click(columnButton(page, field));
      await waitFor(() => expect(lastList(api, entity).get("sort")).toBe(sort));
      const direction = sort === field.name ? "ascending" : "descending";
      await waitFor(() => expect(columnButton(page, field).closest("th")?.getAttribute("aria-sort")).toBe(direction));
      const outermost = extreme(all, field, direction);
      await waitFor(() => expect(valueOf(firstRow(page, api, entity), field.name)).toEqual(outermost));
    }
  }

  for (const field of filterFields(entity)) {
    const wanted = valueOf(all.at(-1) as AnyRow, field.name);
    if (wanted === null) continue;
    const panel = await openFilter(page);
    await fill(panel, field, wanted);
    fireEvent.submit(panel);
    await waitFor(() => expect(lastList(api, entity).get(field.name)).toBe(String(wanted)));
    const matching = all.filter((row) => valueOf(row, field.name) === wanted).length;
    await waitFor(() => expect(page.querySelector(".pagination")?.textContent).toContain(\`(\${matching} in all)\`));
    click(button(page, "Show all"));
    await waitFor(() => expect(lastList(api, entity).has(field.name)).toBe(false));
  }
}

/** Fills in the form for a new row by its labels; the row must arrive as typed and stand in the list, empty fields as null. */
export async function checkCreate(samples: EntitySamples): Promise<void> {
  const { entity, values } = samples;
  const api = apiFor(samples);
  const page = open(entity.path);
  click(await waitFor(() => link(page, \`\${entity.path}/new\`)));
  const form = await openForm(page);
  for (const field of entity.fields) await fill(form, field, values[field.name] ?? null);
  fireEvent.submit(form);

  await waitFor(() => expect(api.seen("POST", entity).map(({ body }) => body)).toEqual([values]));
  await shows(page, entity, api.rows(entity));

  click(link(page, \`\${entity.path}/new\`));
  const second = await openForm(page);
  const least = entity.fields.map((field): [string, Value] => {
    if (field.type === "boolean") return [field.name, false];
    return [field.name, field.required === true ? (values[field.name] ?? null) : null];
  });
  for (const field of entity.fields) await fill(second, field, new Map(least).get(field.name) ?? null);
  fireEvent.submit(second);
  await waitFor(() => expect(api.seen("POST", entity).at(1)?.body).toEqual(Object.fromEntries(least)));
}

/** The form must hold what is stored, and save nothing but what was changed. */
export async function checkEdit(samples: EntitySamples): Promise<void> {
  const { entity, values, otherValues } = samples;
  const api = apiFor(samples);
  const row = api.add(entity, values);
  const page = open(entity.path);
  click(await waitFor(() => link(page, \`\${entity.path}/\${row.id}\`, "Edit")));
  const form = await openForm(page);
  for (const field of entity.fields) await waitFor(() => expect(read(form, field)).toBe(values[field.name] ?? null));

  // All but one, where there are several: what stays as it was must not be sent.
  const different = entity.fields.filter((field) => values[field.name] !== otherValues[field.name]);
  const changed = different.length > 1 ? different.slice(1) : different;
  for (const field of changed) await fill(form, field, otherValues[field.name] ?? null);
  fireEvent.submit(form);

  await listed(page, entity);
  const sent = Object.fromEntries(changed.map((field) => [field.name, otherValues[field.name] ?? null]));
  expect(api.seen("PATCH", entity).map(({ body }) => body)).toEqual(changed.length === 0 ? [] : [sent]);
  for (const field of shownFields(page, entity)) {
    const saved = api.rows(entity).find(({ id }) => id === row.id) as AnyRow;
    await waitFor(() => expect(cell(page, entity, saved, field)).toBe(shown(api, field, saved)));
  }
}

/** Nothing is deleted before it is confirmed, or when the server refuses; then it is gone. */
export async function checkDelete(samples: EntitySamples): Promise<void> {
  const { entity, values } = samples;
  const api = apiFor(samples);
  const row = api.add(entity, values);
  const page = open(entity.path);
  const ask = async () => {
    const edit = await waitFor(() => link(page, \`\${entity.path}/\${row.id}\`, "Edit"));
    click(button(edit.closest("td") as HTMLElement, "Delete"));
    const dialog = page.querySelector("dialog") as HTMLDialogElement;
    expect(dialog.open).toBe(true);
    await waitFor(() => expect(button(dialog, "Delete").getAttribute("aria-disabled")).toBe("false"));
    return dialog;
  };

  if (isReferredTo(entity)) {
    api.deletion = { ...api.deletion, deleted: [{ entity: entity.name, count: 43 }] };
    const warning = await ask();
    expect(warning.querySelector("p")?.textContent).toBe(\`Also deleted: 43 \${entity.plural}. This cannot be undone.\`);
    click(button(warning, "Cancel"));
  }
  click(button(await ask(), "Cancel"));
  expect(page.querySelector("dialog")).toBeNull();
  expect(api.seen("DELETE", entity)).toHaveLength(0);

  api.refuseNext("DELETE", 409, { detail: "Something still refers to it." });
  const dialog = await ask();
  click(button(dialog, "Delete"));
  await waitFor(() => expect(dialog.querySelector("[role=alert]")?.textContent).toBe("Something still refers to it."));
  expect(api.rows(entity)).toContain(row);

  click(button(dialog, "Delete"));
  await waitFor(() => expect(page.querySelector("dialog")).toBeNull());
  expect(api.rows(entity)).not.toContain(row);
  await waitFor(() => expect(document.activeElement?.textContent).toMatch(/^Deleted: /));
  await shows(page, entity, api.rows(entity));
}

/** What the server says about a field stands at the field; what was typed stays, also when the server fails. */
export async function checkErrors(samples: EntitySamples): Promise<void> {
  const { entity, values } = samples;
  const api = apiFor(samples);
  const page = open(\`\${entity.path}/new\`);
  const form = await openForm(page);
  for (const field of entity.fields) await fill(form, field, values[field.name] ?? null);

  const errors = entity.fields.map(({ name }) => ({ path: name, message: \`is refused: \${name}\` }));
  api.refuseNext("POST", 422, { errors });
  fireEvent.submit(form);
  for (const field of entity.fields) {
    const input = control(form, field);
    await waitFor(() => expect(input.getAttribute("aria-invalid")).toBe("true"));
    const descriptions = (input.getAttribute("aria-describedby") ?? "").split(" ");
    const texts = descriptions.map((id) => document.getElementById(id)?.textContent);
    expect(texts).toContain(\`\${field.label} is refused: \${field.name}\`);
    expect(read(form, field)).toBe(values[field.name] ?? null);
  }
  await waitFor(() => expect(document.activeElement).toBe(control(form, entity.fields[0] as Field)));

  api.refuseNext("POST", 500, { title: "The disk is full." });
  fireEvent.submit(form);
  await waitFor(() => expect(form.querySelector("[role=alert]")?.textContent).toBe("The disk is full."));
  for (const field of entity.fields) expect(read(form, field)).toBe(values[field.name] ?? null);
//? if user-authentication

  // The session ends while the form is open: after signing in again it can be sent as it stands.
  api.account = null;
  fireEvent.submit(form);
  const signIn = await waitFor(() => {
    const asking = page.querySelector("main.standalone form");
    if (asking === null) throw new Error("Nobody asks to sign in.");
    return asking;
  });
  expect(form.closest("[hidden]")).not.toBeNull();
  const [email, password] = signIn.querySelectorAll("input");
  fireEvent.change(email as HTMLInputElement, { target: { value: "ada@example.org" } });
  fireEvent.change(password as HTMLInputElement, { target: { value: "correct horse" } });
  fireEvent.submit(signIn);
  await waitFor(() => expect(form.closest("[hidden]")).toBeNull());
  fireEvent.submit(form);
  await waitFor(() => expect(api.seen("POST", entity).at(-1)?.body).toEqual(values));
  await waitFor(() => expect(page.querySelector("h1")?.textContent).toBe(entity.plural));
//? end
}
//? if search

/** The search shows what the server finds, and all again when it is emptied. */
export async function checkSearch(samples: EntitySamples): Promise<void> {
  const { entity, values, otherValues } = samples;
  const api = apiFor(samples);
  api.add(entity, values);
  const wanted = api.add(entity, otherValues);
  const page = open(entity.path);
  await shows(page, entity, api.rows(entity));
  const fields = entity.fields.filter(({ type }) => type === "string" || type === "text");
  const texts = fields.map(({ name }) => String(otherValues[name]));
  // The longest, so that no other text happens to contain it.
  const [text = ""] = texts.sort((a, b) => b.length - a.length);

  search(page, text);
  await shows(page, entity, [wanted]);
  expect(lastList(api, entity).get("q")).toBe(text);
  search(page, "");
  await shows(page, entity, api.rows(entity));
}

function search(page: HTMLElement, text: string): void {
  const box = page.querySelector<HTMLInputElement>("form.search input[type=search]") as HTMLInputElement;
  fireEvent.change(box, { target: { value: text } });
  fireEvent.submit(box);
}
//? end
//? if csv-export

/** The link for the CSV asks for the rows that the list is narrowed to. */
export async function checkCsv(samples: EntitySamples): Promise<void> {
  const { entity, otherValues } = samples;
  const api = apiFor(samples);
  api.add(entity, otherValues);
  const page = open(entity.path);
  const csv = () => new URL((page.querySelector("a[download]") as HTMLAnchorElement).href);
  await shows(page, entity, api.rows(entity));
  expect(csv().pathname).toBe(\`/api\${entity.path}.csv\`);
  expect([...csv().searchParams]).toEqual([]);

  const field = filterFields(entity).find(({ name }) => (otherValues[name] ?? null) !== null);
  if (field === undefined) return;
  const panel = await openFilter(page);
  await fill(panel, field, otherValues[field.name] ?? null);
  fireEvent.submit(panel);
  await waitFor(() => expect([...csv().searchParams]).toEqual([[field.name, String(otherValues[field.name])]]));
}
//? end

/** An API in which everything exists that the samples refer to. */
function apiFor({ entity, values, otherValues }: EntitySamples): FakeApi {
  const api = new FakeApi().install();
  for (const field of entity.fields) {
    if (field.type !== "reference") continue;
    for (const id of [values[field.name], otherValues[field.name]]) {
      const target = field.to();
      if (typeof id !== "string" || api.rows(target).some((row) => row.id === id)) continue;
      const label = labelField(target);
      api.add(target, label === undefined ? {} : { [label.name]: \`Row \${api.rows(target).length}\` }, id);
    }
  }
  return api;
}

function open(path: string): HTMLElement {
  window.history.replaceState(null, "", path);
  return render(<App />).container;
}

const click = (element: HTMLElement) => fireEvent.click(element);

function button(scope: HTMLElement, text: string): HTMLButtonElement {
  const found = [...scope.querySelectorAll("button")].find((one) => one.textContent === text);
  if (found === undefined) throw new Error(\`There is no button "\${text}".\`);
  return found;
}

function link(scope: HTMLElement, path: string, text?: string): HTMLAnchorElement {
  const found = [...scope.querySelectorAll("a")].find(
    (one) => one.getAttribute("href") === path && (text === undefined || one.textContent === text),
  );
  if (found === undefined) throw new Error(\`There is no link to \${path}.\`);
  return found;
}

async function openForm(page: HTMLElement): Promise<HTMLFormElement> {
  return waitFor(() => {
    const form = page.querySelector<HTMLFormElement>("form.entity-form");
    if (form === null) throw new Error("There is no form.");
    return form;
  });
}

async function openFilter(page: HTMLElement): Promise<HTMLFormElement> {
  if (page.querySelector(".filter-panel") === null) click(button(page, "Filter"));
  return page.querySelector(".filter-panel") as HTMLFormElement;
}

type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

/** The input that the field's label belongs to. */
function control(form: HTMLElement, field: Field): Control {
  const label = [...form.querySelectorAll("label")].find((one) => one.textContent === field.label);
  const input = label?.control;
  if (input === null || input === undefined) throw new Error(\`No input is labelled "\${field.label}".\`);
  return input as Control;
}

async function fill(form: HTMLElement, field: Field, value: Value): Promise<void> {
  const input = control(form, field);
  if (input instanceof HTMLInputElement && input.type === "checkbox") {
    if (input.checked !== (value === true)) click(input);
    return;
  }
  const text = value === null ? "" : String(value);
  if (input instanceof HTMLSelectElement) {
    await waitFor(() => expect([...input.options].map((option) => option.value)).toContain(text));
  }
  fireEvent.change(input, { target: { value: text } });
}

function read(form: HTMLElement, field: Field): Value {
  const input = control(form, field);
  if (input instanceof HTMLInputElement && input.type === "checkbox") return input.checked;
  if (input.value === "") return null;
  return field.type === "integer" || field.type === "number" ? Number(input.value) : input.value;
}

/** The last request for what the list shows; the choices of a reference come a hundred at a time. */
function lastList(api: FakeApi, entity: Entity): URLSearchParams {
  const lists = api.requests.filter(
    ({ method, path, query }) => method === "GET" && path === \`/api\${entity.path}\` && query.get("pageSize") !== "100",
  );
  return lists.at(-1)?.query ?? new URLSearchParams();
}

function listedIds(page: HTMLElement, entity: Entity): ReadonlyArray<string> {
  const links = [...page.querySelectorAll("td.row-actions a")];
  return links.map((one) => (one.getAttribute("href") ?? "").slice(entity.path.length + 1));
}

async function shows(page: HTMLElement, entity: Entity, rows: ReadonlyArray<AnyRow>): Promise<void> {
  await waitFor(() => expect(listedIds(page, entity)).toEqual(rows.map(({ id }) => id)));
}

async function listed(page: HTMLElement, entity: Entity): Promise<void> {
  await waitFor(() => expect(listedIds(page, entity)).not.toHaveLength(0));
}

function firstRow(page: HTMLElement, api: FakeApi, entity: Entity): AnyRow {
  const [id] = listedIds(page, entity);
  return api.rows(entity).find((row) => row.id === id) as AnyRow;
}

function headTexts(page: HTMLElement): ReadonlyArray<string> {
  return [...page.querySelectorAll("th")].map((head) => head.querySelector("button")?.firstChild?.textContent ?? "");
}

function shownFields(page: HTMLElement, entity: Entity): ReadonlyArray<Field> {
  const heads = headTexts(page);
  const fields = entity.fields.filter((field) => heads.includes(field.label));
  expect(fields).not.toHaveLength(0);
  return fields;
}

function columnButton(page: HTMLElement, field: Field): HTMLButtonElement {
  const head = page.querySelectorAll("th")[headTexts(page).indexOf(field.label)];
  return head?.querySelector("button") as HTMLButtonElement;
}

function cell(page: HTMLElement, entity: Entity, row: AnyRow, field: Field): string | null | undefined {
  const cells = link(page, \`\${entity.path}/\${row.id}\`, "Edit").closest("tr")?.querySelectorAll("td");
  return cells?.[headTexts(page).indexOf(field.label)]?.textContent;
}

/** What a cell should read; a reference reads as the row is called that it leads to. */
function shown(api: FakeApi, field: Field, row: AnyRow): string {
  const value = valueOf(row, field.name);
  if (field.type !== "reference" || value === null) return formatValue(field, value);
  const target = field.to();
  return rowLabel(target, api.rows(target).find(({ id }) => id === value) as AnyRow);
}

function extreme(rows: ReadonlyArray<AnyRow>, field: Field, direction: "ascending" | "descending"): Value {
  const sorted = rows.map((row) => valueOf(row, field.name)).sort(compareValues);
  return (direction === "ascending" ? sorted[0] : sorted.at(-1)) ?? null;
}
`
