// Files that were dropped on the page of a project's data, or chosen there, as the ZIP file that an import takes. Files that are no
// recordings, and lie in no folder, are refused by name before anything is sent. What lies in folders may be a data set of
// any layout: its preview says what is left out.
import { loneArchive, withoutLitter } from "../../../look/files/dropped-archive";
import type { NamedFile } from "../../../look/files/incoming-files";
import { counted } from "../../../look/plural";

/** Files that a refusal names. */
const MOST_NAMED = 3;

export interface DroppedArchive {
  /** The files to pack; null where the one file that came is the archive. */
  readonly files: readonly NamedFile[] | null;
  /** The ZIP file that came, or null. */
  readonly archive: File | null;
  /** Its contents, for a person: `knock, 12 files`. */
  readonly title: string;
}

/** The archive of what came, or the sentence of a refusal. `endings` are those of recordings, such as `.wav`. */
export function droppedArchive(incoming: readonly NamedFile[], endings: readonly string[]): DroppedArchive | string {
  const archive = loneArchive(incoming);
  if (archive !== null) return { files: null, archive, title: archive.name };
  const files = withoutLitter(incoming);
  if (files.length === 0) return "There are no files in it. Choose recordings, or a folder with recordings.";
  const isRecording = ({ name }: NamedFile): boolean => endings.some((each) => name.toLowerCase().endsWith(each));
  const misfits = files.filter((file) => !file.name.includes("/") && !isRecording(file));
  if (misfits.length > 0) return refusalOf(misfits, endings);
  return { files, archive: null, title: `${titleOf(files)}, ${counted(files.length, "file")}` };
}

function refusalOf(misfits: readonly NamedFile[], endings: readonly string[]): string {
  const names = misfits.slice(0, MOST_NAMED).map(({ name }) => name);
  const more = misfits.length - names.length;
  const all = more > 0 ? [...names, `${more} more`] : names;
  const last = all.at(-1) ?? "";
  const list = all.length === 1 ? last : `${all.slice(0, -1).join(", ")} and ${last}`;
  return (
    `${list} ${misfits.length === 1 ? "is not a recording" : "are not recordings"}. ` +
    `An import takes ${endings.join(", ")}, folders that are named after labels, or one .zip.`
  );
}

/** The folder that all lies in, or how many there are, or the first file. */
function titleOf(files: readonly NamedFile[]): string {
  const [first = "", ...others] = new Set(files.map(({ name }) => name.split("/")[0] ?? name));
  return others.length === 0 ? first : `${first} and ${others.length} more`;
}
