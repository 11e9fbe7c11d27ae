// Places in files as destinations of the palette: each with the line that stands there.
import type { Location } from "../../language";
import type { FileEntry } from "../document/files/files";
import type { Workspace } from "../session/workspace";
import type { Destination } from "../context/destination";

export function destinationsOf(
  locations: readonly Location[],
  files: readonly FileEntry[],
  workspace: Workspace,
  go: (path: string, line: number, column: number) => void,
): readonly Destination[] {
  return locations.map(({ file, span }, index) => {
    const id = files.find((entry) => entry.path === file)?.id;
    const lines = id === undefined ? undefined : workspace.files.text(id)?.toJSON().split("\n");
    const { line, column } = span.start;
    return {
      id: String(index),
      title: lines?.[line - 1]?.trim() ?? file,
      kind: `line ${line}`,
      go: () => go(file, line, column),
    };
  });
}
