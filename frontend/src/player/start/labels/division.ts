// How the recordings of the project's data are divided. A run says which recordings it read, and it never reads test
// recordings, so these counts come from the summary of the data.
import type { Summary } from "../server";

export interface SplitCount {
  readonly split: string;
  readonly count: number;
}

/** The recordings of each split; empty where no recording has a split yet. */
export function divisionOf({ splits }: Pick<Summary, "splits">): readonly SplitCount[] {
  const counts = splits.map(({ split, samples }) => ({ split, count: samples }));
  return counts.some(({ count }) => count > 0) ? counts : [];
}

/** Whether recordings are kept apart for tests, which only a build reads. */
export function hasTestRecordings(summary: Pick<Summary, "splits"> | null): boolean {
  return summary?.splits.some(({ split, samples }) => split === "test" && samples > 0) ?? false;
}
