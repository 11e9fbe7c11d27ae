// Example inputs: recordings that a project brings along, and generated ones where it has none. Pure but for the reading.
import { capabilityOf, recordingOf, recordingOfFile, type CapabilityRequest } from "../../runtime";
import type { HostFile } from "../host";
import { rowsOfBytes } from "../motion/motion";
import { pictureRequest } from "../picture/pixels";
import { contentOfFile } from "../recordings/capture/decode";
import type { Content } from "../recordings/capture/recording";
import {
  MOTION_RATE,
  MOTION_SIGNALS,
  motionSignal,
  PICTURE_SIGNALS,
  pictureSignal,
  SOUND_SIGNALS,
  soundSignal,
} from "../signals";
import { countOf, rateOf } from "../sound/samples";

export interface Example {
  /** Names it among the others of its capability. */
  readonly key: string;
  readonly label: string;
  readonly isGenerated: boolean;
  /** The label of a sample; left out of everything else, whose name may say it. */
  readonly sampleLabel?: string;
  /** The page of a sample, where it has one. */
  readonly samplePage?: string;
  /** Rejects with an Error whose message is for a person. */
  readonly read: () => Promise<Content>;
}

/** A folder of a project whose files are examples, like those beside its Runefile. */
const FOLDER = "examples/";
const MOST_FILES = 6;
/** Between the words of a file's name. */
const SEPARATORS = /[-_ ]+/gu;
const SOUND_SECONDS = 2;
const MOTION_SECONDS = 5;
const PITCH = 440;
const TURNS = 1;

/** The recordings of the project's files; where none fit, its samples; where it has none, generated ones. */
export function examplesFor(
  request: CapabilityRequest,
  files: readonly HostFile[],
  samples: readonly HostFile[] = [],
): readonly Example[] {
  return (
    [ownExamples(request, files), ownExamples(request, samples)].find(({ length }) => length > 0) ??
    generatedExamples(request)
  );
}

function ownExamples(request: CapabilityRequest, files: readonly HostFile[]): readonly Example[] {
  const kind = recordingOf(request);
  if (kind === null) return [];
  return (
    files
      .filter(({ path, sample }) =>
        sample === undefined ? isExamplePath(path) && recordingOfFile(path) === kind : sample.kind === kind,
      )
      // Samples come in the order in which labels take turns.
      .toSorted((one, other) => (one.sample !== undefined ? 0 : one.path < other.path ? -1 : 1))
      .slice(0, MOST_FILES)
      .map(({ path, read, sample }) => ({
        key: path,
        label: sample === undefined ? labelOf(path) : path,
        isGenerated: false,
        ...(sample !== undefined && { sampleLabel: sample.label }),
        ...(sample?.page !== undefined && { samplePage: sample.page }),
        read: async () => contentOfFile({ label: path, kind, file: await read() }, request),
      }))
  );
}

/** Whether a project has a recording among its files that may be an example, of any sensor. */
export function hasExampleFile(files: readonly Pick<HostFile, "path">[]): boolean {
  return files.some(({ path }) => isExamplePath(path) && recordingOfFile(path) !== null);
}

/** Whether a file is beside the Runefile or in the folder of examples: never a sample that a person gave. */
function isExamplePath(path: string): boolean {
  const name = path.startsWith(FOLDER) ? path.slice(FOLDER.length) : path;
  return !name.includes("/");
}

function labelOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1).replace(/\.[^.]+$/, "");
}

/**
 * The expected answer to a file whose name has it: `knock.wav`, `examples/loud-knock-3.wav`. Null where no word of the
 * rune's lists stands in the name, or several do.
 */
export function expectedOf(path: string, wordlists: readonly (readonly string[])[]): string | null {
  const words = new Set(wordlists.flat());
  const label = labelOf(path);
  if (words.has(label)) return label;
  const matches = [...words].filter((word) => ` ${label.replaceAll(SEPARATORS, " ")} `.includes(` ${word} `));
  return matches.length === 1 ? (matches[0] ?? null) : null;
}

/** The examples that the capability's declaration names, generated from its arguments. */
export function generatedExamples(request: CapabilityRequest): readonly Example[] {
  return capabilityOf(request).examples.flatMap((name) => {
    const generatedExample = generate(name, request);
    return generatedExample === null
      ? []
      : [
          {
            key: `generated ${name}`,
            ...generatedExample,
            isGenerated: true,
            read: () => Promise.resolve(generatedExample.make()),
          },
        ];
  });
}

interface GeneratedExample {
  readonly label: string;
  readonly make: () => Content;
}

function generate(name: string, request: CapabilityRequest): GeneratedExample | null {
  switch (recordingOf(request)) {
    case "sound":
      return isKey(SOUND_SIGNALS, name) ? { label: SOUND_SIGNALS[name], make: () => soundOf(name, request) } : null;
    case "picture":
      return isKey(PICTURE_SIGNALS, name)
        ? { label: PICTURE_SIGNALS[name], make: () => pictureOf(name, request) }
        : null;
    case "motion":
      return isKey(MOTION_SIGNALS, name) ? { label: MOTION_SIGNALS[name], make: () => motionOf(name, request) } : null;
    case null:
      return null;
  }
}

function isKey<Names extends object>(names: Names, name: string): name is keyof Names & string {
  return Object.hasOwn(names, name);
}

function soundOf(signal: keyof typeof SOUND_SIGNALS, request: CapabilityRequest): Content {
  const rate = rateOf(request);
  const count = Math.max(countOf(request), Math.round(SOUND_SECONDS * rate));
  return { kind: "sound", rate, samples: soundSignal(signal, count, rate, Math.min(PITCH, rate / 4)) };
}

function pictureOf(signal: keyof typeof PICTURE_SIGNALS, request: CapabilityRequest): Content {
  const picture = pictureRequest(request);
  return { kind: "picture", picture, frames: [pictureSignal(signal, picture)], times: [0] };
}

function motionOf(signal: keyof typeof MOTION_SIGNALS, request: CapabilityRequest): Content {
  const count = Math.max(Math.floor(request.size / 12), MOTION_SECONDS * MOTION_RATE);
  const rows = rowsOfBytes(motionSignal(signal, count, TURNS));
  return { kind: "motion", rows, times: rows.map((_, index) => (index * 1000) / MOTION_RATE) };
}
