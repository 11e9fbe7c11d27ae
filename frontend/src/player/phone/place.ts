// Where the player is: the project and what of it is wanted, from the address; and the token of a scanned code.

export interface PlayerPlace {
  /** `/player/acme/digits`. */
  readonly base: string;
  readonly organisation: string;
  readonly name: string;
  /** The published tag that is wanted, or null for the newest that there is. */
  readonly tag: string | null;
}

/** Null where the address names no project. */
export function placeOf({ pathname, search }: Pick<Location, "pathname" | "search">): PlayerPlace | null {
  const [, player, organisation, name, ...rest] = pathname.replace(/\/$/, "").split("/");
  if (player !== "player" || organisation === undefined || name === undefined || rest.length > 0) return null;
  const tag = new URLSearchParams(search).get("tag");
  return { base: `/player/${organisation}/${name}`, organisation, name, tag: tag === null || tag === "" ? null : tag };
}

/** The token in a fragment such as `#token=abc`, or null. */
export function tokenOf(fragment: string): string | null {
  return partOf(fragment, "token");
}

/** The public key of the studio that wants this phone's sensors, or null. */
export function studioKeyOf(fragment: string): string | null {
  return partOf(fragment, "studio");
}

function partOf(fragment: string, name: string): string | null {
  const part = new URLSearchParams(fragment.replace(/^#/, "")).get(name);
  return part === "" ? null : part;
}
