// The commands about files: those of the file that is open, and of all.
import type { FileTarget } from "../context/files/actions";
import type { StudioStores } from "../context/studio";
import type { Command } from "./command";
import { unlessEditor, unlessFile, type CommandState } from "./state";

export function fileCommands(state: CommandState, studio: StudioStores): readonly Command[] {
  const { workspace, places, files, dialogs } = studio;
  const { actions } = files;
  const { active } = state;
  const group = "File";
  const editing = unlessEditor(state);
  const open = unlessFile(state);
  const target: FileTarget | null = active === null ? null : { kind: "file", path: active.path, file: active };
  const withTarget = (run: (target: FileTarget) => void) => (): void => {
    if (target !== null) run(target);
  };
  const authors = (): void => {
    const { editor } = places.state.getState();
    if (editor !== null && active !== null)
      workspace.attempt(
        import("../editor/authors/toggle").then(({ toggleAuthors }) => toggleAuthors(editor, workspace, active)),
      );
  };
  return [
    { id: "file.new", title: "New file…", group, refusal: editing, run: () => actions.create("") },
    {
      id: "file.new-block",
      title: "New block in Python…",
      group,
      refusal: editing,
      run: () => {
        const { selectedStage } = places.state.getState();
        dialogs.open({
          what: "new-block",
          at: selectedStage === null ? null : { source: selectedStage, source_index: 0 },
        });
      },
    },
    { id: "file.upload", title: "Upload files…", group, refusal: editing, run: () => actions.upload(null) },
    { id: "file.upload-folder", title: "Upload a folder…", group, refusal: editing, run: actions.uploadFolder },
    {
      id: "file.rename",
      title: "Rename this file…",
      group,
      refusal: open ?? editing,
      run: withTarget(actions.rename),
    },
    {
      id: "file.move",
      title: "Move this file to a folder…",
      group,
      refusal: open ?? editing,
      run: withTarget(actions.move),
    },
    {
      id: "file.duplicate",
      title: "Duplicate this file",
      group,
      refusal: open ?? editing,
      run: () => active !== null && actions.duplicate(active),
    },
    { id: "file.delete", title: "Delete this file", group, refusal: open ?? editing, run: withTarget(actions.remove) },
    { id: "file.download", title: "Download this file", group, refusal: open, run: withTarget(actions.download) },
    { id: "file.path", title: "Copy this file's path", group, refusal: open, run: withTarget(actions.copyPath) },
    {
      id: "file.close",
      title: "Close this tab",
      group,
      refusal: open,
      run: () => active !== null && places.closeFile(active.id),
    },
    { id: "file.download-all", title: "Download all files as .zip", group, run: () => actions.download(null) },
    { id: "file.deleted", title: "Deleted files…", group, run: actions.showDeleted },
    {
      id: "file.authors",
      title: "Show authors",
      group,
      refusal: state.isText ? null : "Open a text first",
      run: authors,
    },
  ];
}
