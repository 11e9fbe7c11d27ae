// Asks the server what a few words find, for the palettes of all pages.
import { address, type ResponseJson } from "../api/request";

export type Hit = ResponseJson<"get", "/api/v1/search">["hits"][number];
export type HitKind = Hit["kind"];

/** How each kind is called, alone and as a group, and its icon in the sprite. */
export const HIT_WORDS: Readonly<
  Record<HitKind, { readonly one: string; readonly many: string; readonly icon: string }>
> = {
  project: { one: "Project", many: "Projects", icon: "box" },
  build: { one: "Build", many: "Builds", icon: "hammer" },
  organisation: { one: "Organisation", many: "Organisations", icon: "building-complex" },
  person: { one: "Person", many: "People", icon: "user" },
  file: { one: "File", many: "Files", icon: "file" },
  docs: { one: "Documentation", many: "Documentation", icon: "book-open" },
};

/** The hits of a query, kind by kind; recent things for an empty one. Rejects where the server does not answer. */
export async function findHits(query: string, signal: AbortSignal): Promise<readonly Hit[]> {
  const response = await fetch(address("get", "/api/v1/search", { query: { q: query } }), {
    headers: { Accept: "application/json" },
    credentials: "same-origin",
    signal,
  });
  if (!response.ok) throw new Error(`The search answered ${response.status}.`);
  return ((await response.json()) as ResponseJson<"get", "/api/v1/search">).hits;
}
