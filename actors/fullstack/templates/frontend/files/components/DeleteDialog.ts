/** `src/components/DeleteDialog.tsx` of the generated frontend. Lines that begin with `//?` are explained in Conditional.ts. */
export const text = `/** Asks before a row is deleted, and says what would go with it. */
import { type Affected, type Deletion, previewDeletion } from "../api.ts";
import { entities } from "../entities.ts";
import { type AnyRow, type Entity, formatNumber, rowLabel } from "../model.ts";
import { useLoad } from "../useLoad.ts";
import { ConfirmDialog } from "./ConfirmDialog.tsx";

interface DeleteDialogProps {
  readonly entity: Entity;
  readonly row: AnyRow;
  readonly onConfirm: () => Promise<void>;
  readonly onClose: () => void;
}

export function DeleteDialog({ entity, row, onConfirm, onClose }: DeleteDialogProps) {
  const preview = useLoad(\`\${entity.path}/\${row.id}\`, async (signal) =>
    isReferredTo(entity) ? previewDeletion(entity, row.id, signal) : nothingElse,
  );
  const looking = preview.loading && preview.data === undefined;
  return (
    <ConfirmDialog
      title={\`Delete “\${rowLabel(entity, row)}”?\`}
      text={looking ? "Looking for what goes with it…" : consequences(entity, preview.data)}
      action="Delete"
      waiting={looking}
      onConfirm={onConfirm}
      onClose={onClose}
    />
  );
}

const nothingElse: Deletion = { deleted: [], emptied: [], inTheWay: [], refused: false, complete: true };

export function isReferredTo(entity: Entity): boolean {
  return entities.some(({ fields }) => fields.some((field) => field.type === "reference" && field.to() === entity));
}

function consequences(entity: Entity, deletion: Deletion | undefined): string {
  if (deletion === undefined) {
    return "What would go with it could not be found out: other records may. This cannot be undone.";
  }
  const say = (affected: ReadonlyArray<Affected>) =>
    list.format(affected.map((one) => counted(one, deletion.complete)));
  if (deletion.inTheWay.length > 0) {
    return \`It cannot be deleted yet. Referring to it: \${say(deletion.inTheWay)}.\`;
  }
  if (deletion.refused) return \`This \${entity.title} cannot be deleted: records that are not yours depend on it.\`;
  return [
    deletion.deleted.length > 0 ? \`Also deleted: \${say(deletion.deleted)}.\` : "",
    deletion.emptied.length > 0 ? \`Kept, but without the reference to it: \${say(deletion.emptied)}.\` : "",
    "This cannot be undone.",
  ]
    .filter((sentence) => sentence !== "")
    .join(" ");
}

const list = new Intl.ListFormat(undefined, { type: "conjunction" });

function counted({ entity: name, count }: Affected, complete: boolean): string {
  const entity = entities.find((one) => one.name === name);
  const noun = (count === 1 && complete ? entity?.title : entity?.plural) ?? name;
  return \`\${complete ? "" : "at least "}\${formatNumber(count)} \${noun}\`;
}
`
