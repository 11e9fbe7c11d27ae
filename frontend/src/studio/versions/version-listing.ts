// The versions that the page lists, from the newest on, as its pages are read. Pure.
import type { Version, VersionPage } from "../../api/schema";

export interface VersionListing {
  readonly versions: readonly Version[];
  /** The address of the page with older versions, or null. */
  readonly next: string | null;
}

/** The list with the newest page read anew. Older versions that were read stay; they never change. */
export function withNewest(before: VersionListing | null, { results, next }: VersionPage): VersionListing {
  const older = before?.versions.filter((version) => version.number < (results.at(-1)?.number ?? 0)) ?? [];
  return { versions: [...results, ...older], next: older.length > 0 ? (before?.next ?? null) : next };
}

/** The list with an older page. One that was read before, as by a second press, adds nothing. */
export function withOlder(before: VersionListing | null, { results, next }: VersionPage): VersionListing {
  const versions = before?.versions ?? [];
  const oldest = versions.at(-1)?.number ?? Infinity;
  const older = results.filter((version) => version.number < oldest);
  return before !== null && older.length === 0 ? before : { versions: [...versions, ...older], next };
}
