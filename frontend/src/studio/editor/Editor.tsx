// The editor of one text file as a part of the page. Its text is the live document's; nothing is copied into React.
import type { Diagnostic } from "../../api/schema";
import { EditorSelection, EditorState } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { useEffect, useEffectEvent, useImperativeHandle, useLayoutEffect, useRef, type Ref } from "react";
import type * as Y from "yjs";
import type { Cursor, EditorHandle } from "../context/editor-handle";
import type { ProjectUndo } from "../document/files/project-undo";
import type { Presence } from "../document/sync/presence";
import { deferred } from "../session/deferral";
import { isCaretShown } from "./caret-in-view";
import {
  actionsAt,
  goToDefinition,
  languageSupport,
  nameAt,
  referencesAt,
  renameAt,
  rewrite,
  type EditorLanguage,
} from "./language";
import { languageOf } from "./languages";
import { nextProblem, placeProblems, setProblems, type EditOtherFiles } from "./problems/problems";
import { gutterPart, extensions, deferredPart, syntaxPart, readOnlyPart, readOnlyAs, languagePart } from "./setup";

interface EditorProps {
  readonly text: Y.Text;
  /** The id of the file that has the text. */
  readonly file: string;
  readonly undo: ProjectUndo;
  readonly presence: Presence;
  readonly path: string;
  readonly readOnly: boolean;
  readonly nonce: string;
  readonly diagnostics: readonly Diagnostic[];
  readonly onEditOtherFiles: EditOtherFiles;
  /** Says a sentence to the person. */
  readonly say: (sentence: string) => void;
  /** How the language is asked; null for a file that it does not understand. */
  readonly service: EditorLanguage | null;
  readonly onCursor: (cursor: Cursor) => void;
  readonly ref?: Ref<EditorHandle>;
}

const fetchDeferredExtensions = deferred(() => import("./deferred-extensions"));

/** Where each text was left, so that coming back to its tab does not lose the place. */
const visits = new WeakMap<Y.Text, { readonly head: number; readonly top: number; readonly isCaretShown: boolean }>();

function cursorOf(state: EditorState): Cursor {
  const head = state.selection.main.head;
  const line = state.doc.lineAt(head);
  return { line: line.number, column: head - line.from + 1 };
}

export function Editor({
  text,
  file,
  undo,
  presence,
  path,
  readOnly,
  nonce,
  diagnostics,
  onEditOtherFiles,
  say,
  service,
  onCursor,
  ref,
}: EditorProps) {
  const holder = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const reportCursor = useEffectEvent((state: EditorState) => onCursor(cursorOf(state)));
  const sayLatest = useEffectEvent((sentence: string) => say(sentence));
  const editOtherFiles = useEffectEvent<EditOtherFiles>((edits) => onEditOtherFiles(edits));
  const place = useEffectEvent((editor: EditorView) => {
    editor.dispatch({ effects: setProblems.of(placeProblems(editor.state.doc.toString(), path, diagnostics)) });
  });

  useEffect(() => {
    if (holder.current === null) return;
    const visit = visits.get(text);
    const length = text.length;
    const editor = new EditorView({
      parent: holder.current,
      state: EditorState.create({
        doc: text.toJSON(),
        selection: EditorSelection.cursor(Math.min(visit?.head ?? 0, length)),
        extensions: extensions({
          text,
          file,
          undo,
          presence,
          readOnly,
          nonce,
          name: path,
          onEditOtherFiles: (edits) => editOtherFiles(edits),
          say: (sentence) => sayLatest(sentence),
          onUpdate: (update) => {
            if (update.selectionSet || update.docChanged) reportCursor(update.state);
          },
        }),
      }),
    });
    if (visit !== undefined) editor.scrollDOM.scrollTop = visit.top;
    // There may be less room than there was.
    if (visit?.isCaretShown === true)
      editor.dispatch({ effects: EditorView.scrollIntoView(editor.state.selection.main) });
    view.current = editor;
    place(editor);
    reportCursor(editor.state);
    return () => {
      editor.destroy();
      view.current = null;
    };
    // A new name or role changes the open editor below; only another text needs another editor.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [text, undo, presence, nonce]);

  // While it is still in the page: what has left it knows no place.
  useLayoutEffect(
    () => () => {
      const editor = view.current;
      if (editor !== null)
        visits.set(text, {
          head: editor.state.selection.main.head,
          top: editor.scrollDOM.scrollTop,
          isCaretShown: isCaretShown(editor),
        });
    },
    [text],
  );

  useEffect(() => {
    let isActive = true;
    void languageOf(path).then((support) => {
      if (isActive) view.current?.dispatch({ effects: syntaxPart.reconfigure(support) });
    });
    return () => {
      isActive = false;
    };
  }, [path, text]);

  useEffect(() => {
    view.current?.dispatch({ effects: readOnlyPart.reconfigure(readOnlyAs(readOnly)) });
  }, [readOnly, text]);

  useEffect(() => {
    view.current?.dispatch({ effects: languagePart.reconfigure(languageSupport(service)) });
  }, [service, text]);

  const isUnderstood = service !== null;
  useEffect(() => {
    let isActive = true;
    fetchDeferredExtensions().then(
      ({ deferredExtensions }) => {
        const contestedSetup = { text, undo, say: (sentence: string) => sayLatest(sentence) };
        const extension = deferredExtensions(isUnderstood, (edits) => editOtherFiles(edits), contestedSetup);
        if (isActive) view.current?.dispatch({ effects: deferredPart.reconfigure(extension) });
      },
      // Without a connection one writes without them.
      () => undefined,
    );
    return () => {
      isActive = false;
    };
  }, [isUnderstood, text, undo]);

  useEffect(() => {
    if (view.current !== null) place(view.current);
  }, [diagnostics, path, text]);

  useImperativeHandle(
    ref,
    () => ({
      goTo(line, column, focus = true) {
        const editor = view.current;
        if (editor === null) return;
        const target = editor.state.doc.line(Math.min(Math.max(1, line), editor.state.doc.lines));
        const head = Math.min(target.to, target.from + Math.max(0, column - 1));
        editor.dispatch({
          selection: EditorSelection.cursor(head),
          effects: EditorView.scrollIntoView(head, { y: "center" }),
        });
        if (focus) editor.focus();
      },
      nextProblem() {
        if (view.current !== null && nextProblem(view.current)) view.current.focus();
      },
      focus() {
        view.current?.focus();
      },
      line: () => (view.current === null ? 1 : cursorOf(view.current.state).line),
      show(what) {
        view.current?.dispatch({ effects: gutterPart.reconfigure(what) });
      },
      dispatch(effect) {
        view.current?.dispatch({ effects: effect });
      },
      nameAtCursor: () => (view.current === null ? Promise.resolve(null) : nameAt(view.current)),
      rename: (name) => (view.current === null ? Promise.resolve(null) : renameAt(view.current, name)),
      goToDefinition() {
        if (view.current !== null) void goToDefinition(view.current, view.current.state.selection.main.head);
      },
      references: () => (view.current === null ? Promise.resolve([]) : referencesAt(view.current)),
      actions: () => (view.current === null ? Promise.resolve([]) : actionsAt(view.current)),
      rewrite(how) {
        if (view.current !== null) void rewrite(view.current, how);
      },
    }),
    [],
  );

  return <div className="editor" ref={holder} />;
}
