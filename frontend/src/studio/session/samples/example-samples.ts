// Samples of the project as example inputs of its preview: some of each label that the person may play, and none of the
// split test, which builds are measured on.
import type { HostFile } from "../../../preview";
import type { Sample } from "../../../api/schema";
import type { ProjectClient } from "../../api/client";
import { isReplayable, type ReplayableSample } from "./replayable";

const MOST = 6;

/** `projectPage` is the address of the project. The samples, labels in turns; those of the split validation first, which no model learned from. */
export async function exampleSamples(
  client: Pick<ProjectClient, "samples" | "recording">,
  projectPage: string,
): Promise<readonly HostFile[]> {
  const { samples } = await client.samples();
  return chosenSamples(samples).map((sample) => ({
    path: `${sample.label} ${sample.number}`,
    sample: { label: sample.label, kind: sample.kind, page: `${projectPage}/data/samples/${sample.number}` },
    read: () => client.recording(sample.id),
  }));
}

export function chosenSamples(samples: readonly Sample[]): readonly ReplayableSample[] {
  const usable = samples
    .filter(isReplayable)
    .filter(({ label, split, playable }) => label !== "" && split !== "test" && playable)
    .toSorted((one, other) => Number(one.split !== "validation") - Number(other.split !== "validation"));
  const places = new Map<string, number>();
  const turns = usable.map((sample) => {
    const turn = places.get(sample.label) ?? 0;
    places.set(sample.label, turn + 1);
    return { sample, turn };
  });
  return turns
    .toSorted((one, other) => one.turn - other.turn)
    .slice(0, MOST)
    .map(({ sample }) => sample);
}
