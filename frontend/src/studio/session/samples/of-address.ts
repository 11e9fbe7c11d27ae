// The sample that an address asks for (`?sample=…`), such as one that gave a wrong result: the page plays it first.
import type { StoredRecording } from "../../../preview";
import { sentenceOf } from "../../api/problem";
import type { Workspace } from "../workspace";
import { isReplayable, NOT_REPLAYED } from "./replayable";

/** Null where the address asks for none or there is none, after saying why. */
export async function sampleOfAddress(
  { client, toasts }: Pick<Workspace, "client" | "toasts">,
  projectPage: string,
): Promise<StoredRecording | null> {
  const sampleId = new URLSearchParams(window.location.search).get("sample");
  if (sampleId === null) return null;
  try {
    const sample = (await client.samples()).samples.find(({ id }) => id === sampleId);
    if (sample === undefined)
      toasts.say("This recording no longer exists: its retention period ended, or its consent was withdrawn.");
    else if (!isReplayable(sample)) toasts.say(NOT_REPLAYED);
    else {
      const page = `${projectPage}/data/samples/${sample.number}`;
      return { label: sample.label, kind: sample.kind, page, file: await client.recording(sampleId) };
    }
  } catch (error) {
    toasts.say(sentenceOf(error));
  }
  return null;
}
