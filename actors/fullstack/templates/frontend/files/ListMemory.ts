/** `src/listMemory.ts` of the generated frontend. Lines that begin with `//?` are explained in Conditional.ts. */
export const text = `/** Where each list was left: page, filter, order and how far it was scrolled. Lasts as long as the tab. */
import type { Entity } from "./model.ts";

interface Place {
  readonly address: string;
  readonly top: number;
}

const keyOf = (entity: Entity) => \`list:\${entity.path}\`;

export function rememberList(entity: Entity, address: string, top: number): void {
  try {
    window.sessionStorage.setItem(keyOf(entity), JSON.stringify({ address, top }));
  } catch {
    // A browser that stores nothing leads back to the beginning of the list.
  }
}

function placeOf(entity: Entity): Place | undefined {
  try {
    const place: unknown = JSON.parse(window.sessionStorage.getItem(keyOf(entity)) ?? "null");
    if (typeof place !== "object" || place === null || !("address" in place) || !("top" in place)) return undefined;
    const { address, top } = place;
    if (typeof address !== "string" || typeof top !== "number") return undefined;
    return address === entity.path || address.startsWith(\`\${entity.path}?\`) ? { address, top } : undefined;
  } catch {
    return undefined;
  }
}

/** The address that leads back to the list as it was. */
export function listReturn(entity: Entity): string {
  return placeOf(entity)?.address ?? entity.path;
}

/** How far the list was scrolled when it was left at this address. */
export function topOf(entity: Entity, address: string): number {
  const place = placeOf(entity);
  return place?.address === address ? place.top : 0;
}
`
