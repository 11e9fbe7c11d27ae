// A project of one text, for tests.
import * as Y from "yjs";
import { ProjectFiles } from "./files";
import { addText } from "./new-text";

export function oneFile(path: string, content: string): { files: ProjectFiles; text: Y.Text } {
  const files = new ProjectFiles(new Y.Doc());
  addText(files, path, content);
  const text = files.text(files.list()[0]?.id ?? "");
  if (text === null) throw new Error(`${path} is not in the document`);
  return { files, text };
}
