// A file that may be a rune, before any of it runs: read, and said what is wrong with it.
import { MODULE_BYTES } from "../../declared/run-limits";
import { sizeText } from "../../look/quantities";
import { inspect, RuneError, type RuneContents } from "../../runtime";

export interface RuneFile {
  readonly fileName: string;
  readonly bytes: ArrayBuffer;
  readonly contents: RuneContents;
}

export function isRuneName(name: string): boolean {
  return name.toLowerCase().endsWith(".rune");
}

/** Rejects with an Error whose message is for a person. */
export async function readRuneFile(file: File): Promise<RuneFile> {
  if (file.size > MODULE_BYTES)
    throw new Error(`${file.name} is larger than ${sizeText(MODULE_BYTES)}; runtimes accept no larger rune.`);
  const bytes = await file.arrayBuffer().catch(() => {
    throw new Error(`${file.name} could not be read. Choose it again.`);
  });
  return runeFileOf(file.name, bytes);
}

/** Throws an Error whose message is for a person. */
export function runeFileOf(fileName: string, bytes: ArrayBuffer): RuneFile {
  const [first, second] = new Uint8Array(bytes);
  if (first === 0x50 && second === 0x4b) {
    throw new Error(
      `${fileName} is a zune, the later kind of rune in a zip, which no runtime of this version runs. Its Runefile is in the zip.`,
    );
  }
  try {
    return { fileName, bytes, contents: inspect(bytes) };
  } catch (error) {
    if (error instanceof RuneError) throw new Error(`${fileName} is not a rune. ${error.message}`, { cause: error });
    throw error;
  }
}
