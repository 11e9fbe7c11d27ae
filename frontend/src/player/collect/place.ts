// Where the page is: the link of its address, and the token of a scanned code.

export interface CollectPlace {
  /** `/collect/<id>`. */
  readonly base: string;
  readonly link: string;
}

/** Null where the address names no link. */
export function placeOf({ pathname }: Pick<Location, "pathname">): CollectPlace | null {
  const [, collect, link, ...rest] = pathname.replace(/\/$/, "").split("/");
  if (collect !== "collect" || link === undefined || link === "" || rest.length > 0) return null;
  return { base: `/collect/${link}`, link };
}
