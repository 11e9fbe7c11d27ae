// Two texts: side by side where there is room, one under the other where there is not.
import { MergeView, unifiedMergeView } from "@codemirror/merge";
import { EditorState, type Extension } from "@codemirror/state";
import { EditorView, lineNumbers } from "@codemirror/view";
import { useEffect, useRef } from "react";
import { look } from "../editor/theme";
import "../styles/difference.css";

interface Props {
  readonly before: string;
  readonly after: string;
  readonly language: Extension;
  /** What each text is called for who cannot see it. */
  readonly names: readonly [string, string];
  readonly nonce: string;
  /** The media in which two columns of code can be read. */
  readonly room?: string;
}

const ROOM = "(min-width: 1000px)";
/** Enough for any file of code; of longer ones the difference is drawn more coarsely. */
const DIFF = { scanLimit: 2000, timeout: 400 };
const COLLAPSED = { margin: 3, minSize: 6 };

export default function DrawnDifference({
  before,
  after,
  language,
  names: [first, second],
  nonce,
  room = ROOM,
}: Props) {
  const holder = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (holder.current === null) return undefined;
    const parent = holder.current;
    const shared: Extension = [
      EditorState.lineSeparator.of("\n"),
      nonce === "" ? [] : EditorView.cspNonce.of(nonce),
      EditorState.readOnly.of(true),
      EditorView.editable.of(false),
      lineNumbers(),
      language,
      look,
    ];
    const media = matchMedia(room);
    let drawn: { destroy: () => void };
    const draw = (): void => {
      const named = (label: string): Extension =>
        EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0" });
      drawn = media.matches
        ? new MergeView({
            parent,
            a: { doc: before, extensions: [shared, named(first)] },
            b: { doc: after, extensions: [shared, named(second)] },
            gutter: true,
            highlightChanges: true,
            collapseUnchanged: COLLAPSED,
            diffConfig: DIFF,
          })
        : new EditorView({
            parent,
            state: EditorState.create({
              doc: after,
              extensions: [
                shared,
                EditorView.lineWrapping,
                named(second),
                unifiedMergeView({
                  original: before,
                  mergeControls: false,
                  gutter: true,
                  collapseUnchanged: COLLAPSED,
                  diffConfig: DIFF,
                }),
              ],
            }),
          });
    };
    draw();
    const again = (): void => {
      drawn.destroy();
      parent.replaceChildren();
      draw();
    };
    media.addEventListener("change", again);
    return () => {
      media.removeEventListener("change", again);
      drawn.destroy();
      parent.replaceChildren();
    };
  }, [before, after, language, first, second, nonce, room]);
  return <div ref={holder} className="text-compared" />;
}
