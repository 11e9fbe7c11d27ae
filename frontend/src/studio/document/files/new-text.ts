// A new text in a project's document.
import * as Y from "yjs";
import type { ProjectFiles } from "./files";

/** Within the caller's step. It has an id that nobody else knows, so that no second seed can double its text. */
export function addText({ doc }: Pick<ProjectFiles, "doc">, path: string, text: string): void {
  const entry: readonly (readonly [string, unknown])[] = [
    ["path", path],
    ["kind", "text"],
    ["text", new Y.Text(text)],
  ];
  doc.getMap("files").set(crypto.randomUUID(), new Y.Map(entry));
}
