// Which text files can also be read in another form than their text. Pure.
import { extension } from "../document/files/paths";
import { POLICY_FILE } from "../document/files/runefile";

export type Reading = "markdown" | "table" | "models";

export function readingOf(path: string): Reading | null {
  if (path === POLICY_FILE) return "models";
  const end = extension(path);
  if (end === "md" || end === "markdown") return "markdown";
  return end === "csv" || end === "tsv" ? "table" : null;
}

/** The name of the form where it is chosen. */
export const READING_NAMES: Readonly<Record<Reading, string>> = {
  markdown: "Read",
  table: "Table",
  models: "Form",
};
