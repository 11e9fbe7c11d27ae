// The recording that a project brings along beside its Runefile, such as a template's: it shows what the app does to whoever has
// no sensor at hand, and the sample that an address asks for. Fetched when the first rune runs, or for that.
import type { Recorded } from "../../../preview";
import { recordingOfFile } from "../../../runtime";
import type { ProjectClient } from "../../api/client";
import { sentenceOf } from "../../api/problem";
import type { Workspace } from "../workspace";

type SensorKind = Recorded["kind"];

/** The first file beside the Runefile that is of a kind which the rune reads; null where there is none. Pure. */
export function recordingInRoot(
  paths: readonly string[],
  kinds: readonly (SensorKind | null)[],
): { readonly path: string; readonly kind: SensorKind } | null {
  const rootFiles = paths.filter((path) => !path.includes("/")).sort();
  for (const kind of kinds) {
    const path = kind === null ? undefined : rootFiles.find((each) => recordingOfFile(each) === kind);
    if (kind !== null && path !== undefined) return { path, kind };
  }
  return null;
}

/** What the page plays first: the sample that its address asks for (`?sample=…`), such as one that gave a wrong result, or
 * else the project's own recording. */
export async function firstReplay(
  { client, toasts }: Pick<Workspace, "client" | "toasts">,
  paths: readonly string[],
  kinds: readonly (SensorKind | null)[],
): Promise<Recorded | null> {
  const sampleId = new URLSearchParams(window.location.search).get("sample");
  return sampleId === null
    ? firstRecording(client, paths, kinds)
    : sampleRecording(client, sampleId, (sentence) => toasts.say(sentence));
}

/** Null where there is none, or where it cannot be read: nobody asked for it. */
async function firstRecording(
  client: ProjectClient,
  paths: readonly string[],
  kinds: readonly (SensorKind | null)[],
): Promise<Recorded | null> {
  const recording = recordingInRoot(paths, kinds);
  if (recording === null) return null;
  const file = await client.readFile(recording.path).catch(() => null);
  return file === null ? null : { label: recording.path, kind: recording.kind, file, isUnasked: true };
}

/** The sample with an id, as it is played; null where there is none, after saying why. */
async function sampleRecording(
  client: Pick<ProjectClient, "samples" | "recording">,
  sampleId: string,
  say: (sentence: string) => unknown,
): Promise<Recorded | null> {
  try {
    const sample = (await client.samples()).value.find(({ id }) => id === sampleId);
    if (sample !== undefined) return { label: sample.label, kind: sample.kind, file: await client.recording(sampleId) };
    say("This recording no longer exists: its retention period ended, or its consent was withdrawn.");
  } catch (error) {
    say(sentenceOf(error));
  }
  return null;
}
