// A text of two moments: side by side where there is room, one under the other where there is not.
import type { FileChange } from "../../api/schema";
import { MergeView, unifiedMergeView } from "@codemirror/merge";
import { EditorState, type Extension } from "@codemirror/state";
import { EditorView, lineNumbers } from "@codemirror/view";
import { useEffect, useRef, useState } from "react";
import { sentenceOf } from "../api/problem";
import { languageOf } from "../editor/languages";
import { theme } from "../editor/theme";
import type { Workspace } from "../session/workspace";
import { sideName, type ComparedVersion, type VersionPair } from "./comparison";
import { versionText } from "./requests";

interface TextComparisonProps {
  readonly workspace: Workspace;
  readonly file: FileChange;
  readonly pair: VersionPair;
  readonly nonce: string;
}

interface Texts {
  readonly before: string;
  readonly after: string;
  readonly language: Extension;
}

/** Below this width two columns of code cannot be read. */
const WIDE_SCREEN = "(min-width: 1000px)";
/** Enough for any file of code; of longer ones the difference is drawn more coarsely. */
const DIFF = { scanLimit: 2000, timeout: 400 };
const COLLAPSE_OPTIONS = { margin: 3, minSize: 6 };

async function textOf(workspace: Workspace, side: ComparedVersion, path: string | null): Promise<string | null> {
  if (path === null) return "";
  if (side !== "now") return versionText(workspace.client, side, path);
  const file = workspace.state.getState().files.find((each) => each.path === path);
  return file === undefined ? "" : (workspace.files.text(file.id)?.toJSON() ?? null);
}

export function TextComparison({ workspace, file, pair, nonce }: TextComparisonProps) {
  const holder = useRef<HTMLDivElement>(null);
  const [texts, setTexts] = useState<Texts | "no text" | { readonly error: string } | null>(null);
  const { from, to } = pair;
  const { path, old_path: oldPath, before, after } = file;

  useEffect(() => {
    let isActive = true;
    Promise.all([
      textOf(workspace, from, before === null ? null : oldPath),
      textOf(workspace, to, after === null ? null : path),
      languageOf(path),
    ]).then(
      ([old, current, language]) =>
        isActive && setTexts(old === null || current === null ? "no text" : { before: old, after: current, language }),
      (problem: unknown) => isActive && setTexts({ error: sentenceOf(problem) }),
    );
    return () => {
      isActive = false;
    };
  }, [workspace, from, to, path, oldPath, before, after]);

  useEffect(() => {
    if (holder.current === null || texts === null || texts === "no text" || "error" in texts) return undefined;
    const parent = holder.current;
    const sharedExtensions: Extension = [
      EditorState.lineSeparator.of("\n"),
      nonce === "" ? [] : EditorView.cspNonce.of(nonce),
      EditorState.readOnly.of(true),
      EditorView.editable.of(false),
      lineNumbers(),
      texts.language,
      theme,
    ];
    const media = matchMedia(WIDE_SCREEN);
    let view: { destroy: () => void };
    const draw = (): void => {
      const labelFor = (side: ComparedVersion): Extension =>
        EditorView.contentAttributes.of({ "aria-label": `${path}, ${sideName(side)}`, tabindex: "0" });
      view = media.matches
        ? new MergeView({
            parent,
            a: { doc: texts.before, extensions: [sharedExtensions, labelFor(from)] },
            b: { doc: texts.after, extensions: [sharedExtensions, labelFor(to)] },
            gutter: true,
            highlightChanges: true,
            collapseUnchanged: COLLAPSE_OPTIONS,
            diffConfig: DIFF,
          })
        : new EditorView({
            parent,
            state: EditorState.create({
              doc: texts.after,
              extensions: [
                sharedExtensions,
                EditorView.lineWrapping,
                labelFor(to),
                unifiedMergeView({
                  original: texts.before,
                  mergeControls: false,
                  gutter: true,
                  collapseUnchanged: COLLAPSE_OPTIONS,
                  diffConfig: DIFF,
                }),
              ],
            }),
          });
    };
    draw();
    const again = (): void => {
      view.destroy();
      parent.replaceChildren();
      draw();
    };
    media.addEventListener("change", again);
    return () => {
      media.removeEventListener("change", again);
      view.destroy();
      parent.replaceChildren();
    };
  }, [texts, nonce, path, from, to]);

  if (texts === null) return <p className="muted small">Loading both…</p>;
  if (texts === "no text")
    return <p className="muted small">This file is not text. Only its size and digest can be compared.</p>;
  if ("error" in texts) return <p className="small wrong">{texts.error}</p>;
  return (
    <>
      {texts.before === texts.after && <p className="muted small">The text is the same.</p>}
      <div ref={holder} className="text-compared" />
    </>
  );
}
