// Files that somebody drops or chooses, as recordings of a label: sounds are cut, pictures and tables are sent as they are.
import { wavOf } from "../../../preview/phone";
import { meanOfChannels } from "../../../preview";
import type { StartSettings } from "../server";
import { cutAtSounds, cutEvenly } from "./cut";

type Kind = StartSettings["kind"];

export const RATE = 16_000;
/** Seconds of one recording of background. */
export const BACKGROUND_SECONDS = 4;
const MOST_FILES = 500;

export const ACCEPTED: Readonly<Record<Kind, string>> = {
  sound: "audio/*,.wav",
  picture: "image/png,image/jpeg",
  motion: ".csv,text/csv",
  table: ".csv,text/csv",
};
export const FILE_HINTS: Readonly<Record<Kind, string>> = {
  sound: ".wav or other sound files",
  picture: ".jpg or .png files",
  motion: ".csv files with x, y and z in each line",
  table: ".csv files with a heading line",
};

/** The recordings in a file. Rejects with an Error whose message is for a person. */
export async function recordingsOfFile(file: File, kind: Kind, isBackground: boolean): Promise<readonly Blob[]> {
  if (kind === "picture")
    return [withType(file, file.name.toLowerCase().endsWith(".png") ? "image/png" : "image/jpeg")];
  if (kind !== "sound") return [withType(file, "text/csv")];
  const samples = await samplesOfFile(file);
  const pieces = piecesOf(samples, isBackground);
  if (pieces.length === 0) throw new Error(`${file.name} is silent. Choose a file in which the sound is heard.`);
  return pieces.map(wavBlob);
}

/** The recordings in samples at `RATE`. */
export function piecesOf(samples: Float32Array, isBackground: boolean): readonly Float32Array[] {
  return isBackground ? cutEvenly(samples, RATE, BACKGROUND_SECONDS) : cutAtSounds(samples, RATE);
}

export function wavBlob(samples: Float32Array): Blob {
  return new Blob([wavOf(samples, RATE)], { type: "audio/wav" });
}

function withType(file: File, type: string): Blob {
  return file.type === type ? file : new Blob([file], { type });
}

async function samplesOfFile(file: File): Promise<Float32Array> {
  try {
    return meanOfChannels(await new OfflineAudioContext(1, 1, RATE).decodeAudioData(await file.arrayBuffer()));
  } catch {
    throw new Error(`${file.name} is not a sound that your browser can read. Try a .wav file.`);
  }
}

/** The files of what was dropped, those in folders too. */
export async function filesOfDrop({ items, files }: DataTransfer): Promise<readonly File[]> {
  const entries = [...items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  if (entries.length === 0) return [...files];
  const allFiles: File[] = [];
  for (const entry of entries) await collect(entry, allFiles);
  return allFiles;
}

async function collect(entry: FileSystemEntry, files: File[]): Promise<void> {
  if (files.length >= MOST_FILES || entry.name.startsWith(".")) return;
  if (entry.isFile) {
    files.push(await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject)));
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (;;) {
    // A browser gives the entries of a folder in parts, until one is empty.
    const part = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (part.length === 0) return;
    for (const each of part) await collect(each, files);
  }
}
