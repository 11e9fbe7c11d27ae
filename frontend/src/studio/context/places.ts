// Where a person is in the studio, and the ways to other places: open files, the text's cursor, the selected stage, the part
// that a narrow page shows. Only of this visit: the view of text and graph alone is remembered.
import type { Diagnostic, Outline, OutlineNode } from "../../api/schema";
import { createStore, type StoreApi } from "zustand/vanilla";
import type { FileEntry } from "../document/files/files";
import { cursorPosition } from "../document/sync/cursor-position";
import type { Present } from "../document/sync/presence";
import { findRunefile, POLICY_FILE } from "../document/files/runefile";
import type { Cursor, EditorHandle } from "./editor-handle";
import { stageAt } from "../session/problems/stage-at";
import { closedFile, openedFile, filesToShow, type OpenFiles, type ShownFiles } from "../session/open-files";
import type { Workspace } from "../session/workspace";

/** The form of a file that has two: the Runefile as text and graph, Markdown as text and page. */
export type FileView = "text" | "both" | "graph";

/** Says which part a narrow page shows. */
export type Screen = "files" | "text" | "preview";

export interface Jump {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Whether the focus stays where it is. */
  readonly quiet?: boolean;
}

/** The person's choice; `PlacesState` derives the rest from it and from the files. */
interface Choices {
  readonly open: OpenFiles;
  readonly screen: Screen;
  readonly view: FileView;
  /** Whether the versions stand where the text does. */
  readonly showsVersions: boolean;
  readonly editor: EditorHandle | null;
  readonly cursor: Cursor | null;
  /** The stage that is selected while the graph is shown alone; else it is the one that the cursor is in. */
  readonly pickedStage: string | null;
  /** Where the editor goes once it shows that file. */
  readonly jump: Jump | null;
  /** The id of the person whose places are shown as they go, or null. */
  readonly following: string | null;
}

export interface PlacesState extends Choices {
  readonly shownFiles: ShownFiles;
  /** The path of the file that the graph draws. */
  readonly runefile: string;
  /** The stage that the cursor is in. */
  readonly atCursor: string | null;
  readonly selectedStage: string | null;
}

/** A choice that outlives the visit. */
export interface RememberedView {
  readonly read: () => FileView;
  readonly save: (view: FileView) => void;
}

export class StudioPlaces {
  private readonly store: StoreApi<PlacesState>;
  readonly state: Omit<StoreApi<PlacesState>, "setState">;
  private files: readonly FileEntry[];
  private outline: Outline;
  private awaitedPath: string | null = null;

  constructor(
    private readonly workspace: Pick<Workspace, "state" | "preview" | "files">,
    private readonly rememberedView: RememberedView,
    isNarrow: boolean,
  ) {
    this.files = workspace.state.getState().files;
    this.outline = workspace.preview.getState().outline;
    const choices: Choices = {
      open: { tabs: [], active: null },
      screen: isNarrow ? "preview" : "text",
      view: rememberedView.read(),
      showsVersions: false,
      editor: null,
      cursor: null,
      pickedStage: null,
      jump: null,
      following: null,
    };
    this.store = createStore(() => this.derive(choices, filesToShow(choices.open, this.files)));
    this.state = this.store;
    workspace.state.subscribe(({ files }) => {
      if (files !== this.files) this.follow(files);
    });
    workspace.preview.subscribe(({ outline }) => {
      if (outline === this.outline) return;
      this.outline = outline;
      this.set({});
    });
  }

  readonly setEditor = (editor: EditorHandle | null): void => this.set({ editor });

  readonly setCursor = (cursor: Cursor): void => this.set({ cursor });

  readonly setScreen = (screen: Screen): void => this.set({ screen });

  readonly openFile = (id: string): void => {
    this.workspace.files.undo.stopCapturing();
    const { open, shownFiles } = this.store.getState();
    const before = open.tabs.length === 0 ? { tabs: idsOf(shownFiles.tabs), active: open.active } : open;
    this.set({ open: openedFile(before, id), showsVersions: false, screen: "text" });
  };

  readonly closeFile = (id: string): void => this.set({ open: closedFile(this.store.getState().open, id) });

  /** Opens a file that the server makes as soon as it is in the document, ready to be typed in. */
  readonly awaitFile = (path: string): void => {
    this.awaitedPath = path;
    this.openAwaited();
  };

  readonly goTo = (path: string, line: number, column: number): void => {
    const file = this.files.find((each) => each.path === path);
    if (file === undefined) return;
    const { runefile, view } = this.store.getState();
    if ((path === runefile || path === POLICY_FILE) && view === "graph") this.setView("both");
    this.openFile(file.id);
    this.set({ jump: { file: file.id, line, column } });
  };

  readonly goToProblem = ({ file, span }: Diagnostic): void => this.goTo(file, span.start.line, span.start.column);

  /** The next one of the text that is shown, else the first of all. */
  readonly goToNextProblem = (): void => {
    const { diagnostics } = this.workspace.preview.getState();
    const { shownFiles, editor } = this.store.getState();
    const [first] = diagnostics;
    if (diagnostics.some(({ file }) => file === shownFiles.active?.path)) editor?.nextProblem();
    else if (first !== undefined) this.goToProblem(first);
  };

  /** Show where a person is from now on, until somebody stops it or works here; null stops. */
  readonly followPerson = (person: string | null): void => this.set({ following: person });

  readonly goToPerson = (present: Present, quiet = false): void => {
    if (present.file === null) return;
    this.openFile(present.file);
    const text = this.workspace.files.text(present.file);
    const place = text === null ? null : cursorPosition(present, text);
    if (text === null || place === null) return;
    const before = text.toJSON().slice(0, place.head).split("\n");
    const column = (before.at(-1) ?? "").length + 1;
    this.set({ jump: { file: present.file, line: before.length, column, quiet } });
  };

  readonly goToStage = (node: OutlineNode): void => {
    this.set({ pickedStage: node.name });
    if (this.isGraphAlone) this.set({ screen: "text" });
    else this.goToStageText(node);
  };

  readonly goToStageText = (node: OutlineNode): void => this.goTo(this.store.getState().runefile, node.line, 1);

  /** In the graph: the cursor goes along, the focus does not. */
  readonly pickStage = (node: OutlineNode | null): void => {
    this.set({ pickedStage: node?.name ?? null });
    if (node !== null && !this.isGraphAlone) this.jumpQuietly(node);
  };

  readonly changeView = (next: FileView): void => {
    const { atCursor, pickedStage } = this.store.getState();
    if (next === "graph" && !this.isGraphAlone) this.set({ pickedStage: atCursor });
    const stage = this.isGraphAlone ? this.outline.nodes.find((node) => node.name === pickedStage) : undefined;
    // A caret that is in the stage already stays where it was.
    if (stage !== undefined && stage.name !== atCursor) this.jumpQuietly(stage);
    this.setView(next);
  };

  /** The Runefile, as text, graph or both. */
  readonly showRunefile = (view: FileView): void => {
    const { runefile } = this.store.getState();
    const entry = this.files.find((file) => file.path === runefile);
    if (entry !== undefined) this.openFile(entry.id);
    this.changeView(view);
  };

  /** The graph without the text, at this stage. */
  readonly showGraphAt = (node: OutlineNode): void => {
    this.set({ pickedStage: node.name });
    this.setView("graph");
  };

  readonly showVersions = (): void => this.set({ showsVersions: true, screen: "text" });

  readonly hideVersions = (): void => this.set({ showsVersions: false });

  private get isGraphAlone(): boolean {
    const { view, shownFiles, runefile } = this.store.getState();
    return view === "graph" && shownFiles.active?.path === runefile;
  }

  private setView(view: FileView): void {
    this.set({ view });
    this.rememberedView.save(view);
  }

  private jumpQuietly({ line }: OutlineNode): void {
    const { active } = this.store.getState().shownFiles;
    if (active !== null) this.set({ jump: { file: active.id, line, column: 1, quiet: true } });
  }

  private follow(files: readonly FileEntry[]): void {
    this.files = files;
    const state = this.store.getState();
    this.store.setState(this.derive(state, filesToShow(state.open, files)), true);
    this.openAwaited();
  }

  private openAwaited(): void {
    const file = this.files.find(({ path }) => path === this.awaitedPath);
    if (file === undefined) return;
    this.awaitedPath = null;
    const tabs = idsOf(this.store.getState().shownFiles.tabs);
    this.set({ open: openedFile({ tabs, active: null }, file.id), jump: { file: file.id, line: 1, column: 1 } });
  }

  private set(change: Partial<Choices>): void {
    const before = this.store.getState();
    const files =
      change.open === undefined || change.open === before.open
        ? before.shownFiles
        : filesToShow(change.open, this.files);
    this.store.setState(this.derive({ ...before, ...change }, files), true);
  }

  private derive(choices: Choices, files: ShownFiles): PlacesState {
    const runefile = findRunefile(this.files);
    const isRunefile = files.active?.path === runefile;
    const { cursor, view, pickedStage } = choices;
    const atCursor = isRunefile && cursor !== null ? (stageAt(this.outline, cursor.line)?.name ?? null) : null;
    return {
      ...choices,
      shownFiles: files,
      runefile,
      atCursor,
      selectedStage: isRunefile && view === "graph" ? pickedStage : atCursor,
    };
  }
}

function idsOf(files: readonly FileEntry[]): readonly string[] {
  return files.map(({ id }) => id);
}
