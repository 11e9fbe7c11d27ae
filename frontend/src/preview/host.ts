// The services that the page around a preview may provide: files of a project, its builds, and a way to send a
// recording. The studio provides all of them, a page where anybody tries a rune none.
import { createContext, use, type ReactNode } from "react";
import type { LoadedRune, RecordingKind } from "../runtime";
import type { NumberError } from "./readings/number-error";
import type { RunNews } from "./running/session";
import type { Stroke } from "./sources/strokes";
import type { StoredRecording } from "./recordings/capture/decode";
import type { Recording } from "./recordings/capture/recording";
import type { RecordingShelf } from "./recordings/shelf";
import type { BoardLine } from "./board/host";
import type { PhoneLine } from "./phone/host";
import type { ThresholdHost } from "./threshold/host";

export interface SampleOfFile {
  readonly label: string;
  /** The sensor that it is of. */
  readonly kind: RecordingKind;
  /** The address of its page, where there is one. */
  readonly page?: string;
}

export interface HostFile {
  readonly path: string;
  /** The sample, where the person may play it. Left out of a file. */
  readonly sample?: SampleOfFile;
  readonly read: () => Promise<Blob>;
}

export interface HostBuild {
  readonly id: string;
  /** `Build 41`. */
  readonly label: string;
  readonly read: () => Promise<ArrayBuffer>;
}

export interface PreviewHost {
  readonly files: readonly HostFile[];
  /** Samples of the project, as example inputs where its files have none. */
  readonly samples?: readonly HostFile[];
  readonly builds: readonly HostBuild[];
  /**
   * Null where a recording cannot be sent, or its person may not. `prediction` is what the rune said to one that has no
   * label yet.
   */
  readonly onSend: ((recording: Recording, prediction: string | null) => void) | null;
  /**
   * Gives names to the scores that the output `stage` sends as its tensor `index`; `stage` is null where the rune does
   * not say which it is. Left out where labels cannot be added.
   */
  readonly onAddLabels?: (stage: string | null, index: number, count: number) => void;
  /** Keeps the recordings over a reload; read once. Left out where they are in memory alone. */
  readonly shelf?: RecordingShelf;
  /** Opens the line to the person's own phone as a source of inputs. */
  readonly phone?: () => Promise<PhoneLine>;
  /** A board on a serial port as a source of inputs. */
  readonly board?: BoardLine;
  /** For tuning a threshold in the chart of scores. */
  readonly thresholds?: ThresholdHost;
  /** The words of the rune that runs. */
  readonly wordlists?: readonly (readonly string[])[];
  /** A recording that is played as soon as there is a rune that reads it; the same object as long as the same one is to be played. */
  readonly replay?: StoredRecording | null;
  /** The strokes on a sheet before anyone draws. */
  readonly drawing?: readonly Stroke[];
  /** How far the number that the rune answers with is usually off; null where no record says it. */
  readonly numberError?: () => Promise<NumberError | null>;
  /** Why what runs is not the newest text, said under each answer; null where it is. */
  readonly older?: string | null;
  /** Hears what each run gave. */
  readonly onRun?: (run: RunNews) => void;
  /** Hears which rune runs; null before the first. */
  readonly onLoaded?: (loadedRune: LoadedRune | null) => void;
  /** Shown below all else, such as the samples that the project has. */
  readonly below?: ReactNode;
}

export const NO_HOST: PreviewHost = { files: [], builds: [], onSend: null };

export const HostContext = createContext<PreviewHost>(NO_HOST);

export function useHost(): PreviewHost {
  return use(HostContext);
}
