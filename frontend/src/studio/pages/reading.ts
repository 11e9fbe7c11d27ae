// Says which text files can also be read in another form than their text. Pure.
import { extension } from "../document/files/paths";
import { POLICY_FILE } from "../document/files/runefile";

export type FilePageKind = "markdown" | "table" | "models";

export function readingOf(path: string): FilePageKind | null {
  if (path === POLICY_FILE) return "models";
  const end = extension(path);
  if (end === "md" || end === "markdown") return "markdown";
  return end === "csv" || end === "tsv" ? "table" : null;
}

/** The name of the form where it is chosen. */
export const READING_NAMES: Readonly<Record<FilePageKind, string>> = {
  markdown: "Read",
  table: "Table",
  models: "Form",
};

/** The top level of a forge.yml names its models; written in brackets they may follow another key. */
const MODELS_KEY = /(?:^|^\{.*?\b)["']?models["']?[ \t]*:/m;

/** Whether a forge.yml has a section `models`, as far as its text shows without being read as YAML. */
export function hasModels(text: string): boolean {
  return MODELS_KEY.test(text);
}
