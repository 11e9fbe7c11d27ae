// The files that were dropped or chosen for an import of samples, as the one archive that an import is: then it comes
// in as a whole or not at all.
import { Problem } from "../../api/problem";
import { sizeText } from "../../../look/quantities";
import { count } from "../../format/quantities";
import type { NamedFile } from "../../../look/files/incoming-files";
import { MAX_FILES } from "../../../declared/studio-limits";
import { zipFiles } from "../../../look/files/zip-files";
import { loneArchive, withoutLitter } from "../../../look/files/dropped-archive";

export interface SampleArchive {
  readonly file: File;
  /** Its contents, for a person: `words, 12 files`. */
  readonly title: string;
}

/**
 * A .zip as it is; else files and folders, packed. `limit` is for the archive, in bytes. Throws a `Problem` for what
 * the server would refuse once all of it was sent.
 */
export async function sampleArchive(incoming: readonly NamedFile[], limit: number): Promise<SampleArchive> {
  const whole = loneArchive(incoming);
  const files = withoutLitter(incoming);
  const size = (whole === null ? files.map(({ file }) => file) : [whole]).reduce((sum, file) => sum + file.size, 0);
  if (whole === null && files.length === 0) throw refusal("There are no files in it. Choose a folder with recordings.");
  if (whole === null && files.length > MAX_FILES)
    throw refusal(`There are ${files.length} files; a project has at most ${MAX_FILES}. Import a part of them.`);
  if (size > limit)
    throw refusal(`It has ${sizeText(size)}; this server accepts ${sizeText(limit)} at once. Import it in parts.`);
  if (whole !== null) return { file: whole, title: whole.name };
  const name = nameOf(files);
  return { file: await zipFiles(files, name), title: `${name}, ${count(files.length, "file")}` };
}

const refusal = (detail: string): Problem => new Problem(422, "It cannot be imported", detail);

/** The folder that all lies in, or the first file. */
function nameOf(files: readonly NamedFile[]): string {
  const tops = new Set(files.map(({ name }) => name.split("/")[0] ?? name));
  const [first = "samples"] = tops;
  return tops.size === 1 ? first : `${first} and ${tops.size - 1} more`;
}
