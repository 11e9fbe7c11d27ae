// The commands of the studio. What each does is given; which there are, how they are called and their keys stand here.
import type { FileEntry } from "../document/files";
import type { View } from "../shell/Middle";
import type { Command } from "./command";

/** What the page can do, and what of its state decides whether it may. */
export interface StudioActions {
  readonly mayEdit: boolean;
  readonly canReview: boolean;
  readonly active: FileEntry | null;
  readonly build: () => void;
  readonly save: () => void;
  readonly share: () => void;
  readonly phone: () => void;
  readonly askForReview: () => void;
  readonly settings: () => void;
  readonly newFile: () => void;
  readonly upload: () => void;
  readonly rename: (file: FileEntry) => void;
  readonly remove: (file: FileEntry) => void;
  readonly close: () => void;
  readonly undo: () => void;
  readonly redo: () => void;
  readonly nextProblem: () => void;
  /** Whether the Runefile is open as text: what asks its language needs a cursor in it. */
  readonly inRunefile: boolean;
  readonly definition: () => void;
  readonly references: () => void;
  readonly renameName: () => void;
  readonly quickFix: () => void;
  readonly format: () => void;
  readonly inferTypes: () => void;
  readonly view: (view: View) => void;
  readonly problems: () => void;
  readonly builds: () => void;
  readonly palette: (start: string) => void;
  readonly shortcuts: () => void;
}

const NEEDS_ROLE = "Editing needs the Developer role";

export function studioCommands(actions: StudioActions): readonly Command[] {
  const { active } = actions;
  const editing = actions.mayEdit ? null : NEEDS_ROLE;
  const inRunefile = actions.inRunefile ? null : "Open the Runefile and put the cursor in it";
  const onFile = active === null ? "No file is open" : editing;
  return [
    { id: "build", title: "Build", group: "Project", keys: "Mod+Enter", refused: editing, run: actions.build },
    { id: "save", title: "Save status", group: "Project", keys: "Mod+s", run: actions.save },
    { id: "share", title: "Share…", group: "Project", run: actions.share },
    { id: "phone", title: "On your phone…", group: "Project", run: actions.phone },
    {
      id: "review",
      title: "Ask for review…",
      group: "Project",
      refused: actions.canReview ? null : "Build first: a review is of a build",
      run: actions.askForReview,
    },
    { id: "settings", title: "Project settings", group: "Project", refused: editing, run: actions.settings },
    { id: "file.new", title: "New file…", group: "File", refused: editing, run: actions.newFile },
    { id: "file.upload", title: "Upload files…", group: "File", refused: editing, run: actions.upload },
    {
      id: "file.rename",
      title: "Rename this file…",
      group: "File",
      refused: onFile,
      run: () => active !== null && actions.rename(active),
    },
    {
      id: "file.delete",
      title: "Delete this file",
      group: "File",
      refused: onFile,
      run: () => active !== null && actions.remove(active),
    },
    {
      id: "file.close",
      title: "Close this tab",
      group: "File",
      refused: active === null ? "No file is open" : null,
      run: actions.close,
    },
    { id: "undo", title: "Undo", group: "Edit", refused: editing, run: actions.undo },
    { id: "redo", title: "Redo", group: "Edit", refused: editing, run: actions.redo },
    { id: "edit.fix", title: "Quick fix…", group: "Edit", refused: editing ?? inRunefile, run: actions.quickFix },
    {
      id: "edit.rename",
      title: "Rename the stage or resource at the cursor…",
      group: "Edit",
      keys: "F2",
      heard: "in the editor",
      refused: editing ?? inRunefile,
      run: actions.renameName,
    },
    {
      id: "edit.format",
      title: "Format Runefile",
      group: "Edit",
      keys: "Shift+Alt+f",
      heard: "by its part",
      refused: editing ?? inRunefile,
      run: actions.format,
    },
    {
      id: "edit.infer",
      title: "Fill in output types",
      group: "Edit",
      refused: editing ?? inRunefile,
      run: actions.inferTypes,
    },
    {
      id: "go.definition",
      title: "Go to the definition",
      group: "Go",
      keys: "F12",
      heard: "by its part",
      refused: inRunefile,
      run: actions.definition,
    },
    {
      id: "go.references",
      title: "Find references",
      group: "Go",
      keys: "Shift+F12",
      refused: inRunefile,
      run: actions.references,
    },
    { id: "view.text", title: "Show the text", group: "View", run: () => actions.view("text") },
    { id: "view.both", title: "Show text and graph", group: "View", run: () => actions.view("both") },
    { id: "view.graph", title: "Show the graph", group: "View", run: () => actions.view("graph") },
    { id: "view.problems", title: "Show the problems", group: "View", run: actions.problems },
    { id: "view.builds", title: "Show the builds", group: "View", run: actions.builds },
    {
      id: "go.problem",
      title: "Next problem",
      group: "Go",
      keys: "F8",
      heard: "outside the editor",
      run: actions.nextProblem,
    },
    { id: "go.anything", title: "Find anything…", group: "Go", keys: "Mod+k", run: () => actions.palette("") },
    { id: "go.file", title: "Go to file…", group: "Go", keys: "Mod+p", run: () => actions.palette("") },
    { id: "go.command", title: "Run a command…", group: "Go", keys: "Mod+Shift+p", run: () => actions.palette(">") },
    { id: "help.keys", title: "Keyboard shortcuts", group: "Go", keys: "?", run: actions.shortcuts },
  ];
}
