// Changes of many samples at once.
import type { Sample } from "../../../api/schema";
import type { ProjectClient } from "../../api/client";

const BATCH_SIZE = 4;

/** Takes the consent back for each; a few at a time. */
export async function withdrawAll(client: ProjectClient, samples: readonly Pick<Sample, "id">[]): Promise<void> {
  for (let start = 0; start < samples.length; start += BATCH_SIZE)
    await Promise.all(samples.slice(start, start + BATCH_SIZE).map(({ id }) => client.withdrawSample(id)));
}

/** Whether the rune has a word for a label; case and the number of spaces do not count. */
export function isKnown(label: string, labels: readonly string[]): boolean {
  return labels.some((knownLabel) => same(knownLabel) === same(label));
}

function same(label: string): string {
  return label.trim().replace(/\s+/g, " ").toLowerCase();
}
