// The panels above the text grow and shrink while someone types; the line that they write stays where it is on the
// screen, as far as there is room, and in view always. A person who has scrolled away from their caret is left where
// they look.
import type { Extension } from "@codemirror/state";
import { ViewPlugin, type EditorView } from "@codemirror/view";

/** Free above and below the caret's line, in pixels, where it is brought into view. */
const AIR = 4;

interface Line {
  readonly top: number;
  readonly bottom: number;
}

/** How far to scroll so that the line is in a window of `height` pixels at `top`; as little as shows it whole. Pure. */
export function scrolledTo(line: Line, top: number, height: number): number {
  const last = line.bottom + AIR - height;
  const first = line.top - AIR;
  return Math.max(0, Math.min(first, Math.max(last, top)));
}

/** The caret's line, in pixels from the beginning of what is scrolled. */
function caretLine(view: EditorView): Line {
  const { top, bottom } = view.lineBlockAt(view.state.selection.main.head);
  return { top: top + view.documentPadding.top, bottom: bottom + view.documentPadding.top };
}

export function isCaretShown(view: EditorView): boolean {
  const { scrollTop, clientHeight } = view.scrollDOM;
  const { top, bottom } = caretLine(view);
  return bottom > scrollTop && top < scrollTop + clientHeight;
}

/** Where the text stood when it was last at rest. */
interface Rest {
  readonly top: number;
  readonly height: number;
  readonly isCaretShown: boolean;
}

function restOf(view: EditorView): Rest {
  return {
    top: view.scrollDOM.getBoundingClientRect().top,
    height: view.scrollDOM.clientHeight,
    isCaretShown: isCaretShown(view),
  };
}

export function caretInView(): Extension {
  return ViewPlugin.define((view) => {
    let rest: Rest | null = null;
    const settle = (): void => {
      const { scrollDOM } = view;
      const { top } = scrollDOM.getBoundingClientRect();
      const height = scrollDOM.clientHeight;
      if (height === 0) return;
      if (rest?.isCaretShown === true && (rest.top !== top || rest.height !== height)) {
        // The text stands still while its upper edge moves over it.
        const still = scrollDOM.scrollTop + (view.hasFocus ? top - rest.top : 0);
        const target = scrolledTo(caretLine(view), still, height);
        if (Math.abs(target - scrollDOM.scrollTop) >= 1) scrollDOM.scrollTop = target;
      }
      rest = restOf(view);
    };
    const onScroll = (): void => {
      // A scroll that comes with another size is no person's: `settle` sees to it.
      if (rest !== null && rest.height === view.scrollDOM.clientHeight) rest = restOf(view);
    };
    const observer = new ResizeObserver(settle);
    observer.observe(view.scrollDOM);
    view.scrollDOM.addEventListener("scroll", onScroll, { passive: true });
    return {
      update(update) {
        // A caret that was just put somewhere, or typed at, is where its person looks.
        if (rest !== null && (update.selectionSet || update.transactions.some((each) => each.scrollIntoView)))
          rest = { ...rest, isCaretShown: true };
      },
      destroy() {
        observer.disconnect();
        view.scrollDOM.removeEventListener("scroll", onScroll);
      },
    };
  });
}
