// The acts of a sample's panel: on the list's page beside the others, on the sample's own page by reading it again.
import type { LabelledPart, Mark } from "./changes";

export interface SampleActs {
  mark(mark: Mark): Promise<void>;
  cut(number: number, parts: readonly LabelledPart[]): Promise<void>;
}
