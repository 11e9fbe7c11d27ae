// The card that says what is wrong and offers the fix: under the pointer, and at the cursor when it comes to rest there.
// Words of a user's files stand in it as text, never as markup.
import { StateField, type EditorState, type Extension } from "@codemirror/state";
import { hoverTooltip, showTooltip, type EditorView, type Tooltip } from "@codemirror/view";
import { explanationOf } from "../parts/diagnostic-page";
import { pieces } from "../format/inline-code";
import "../styles/problem-card.css";
import { applyFix, problemsAt, setProblems, type ApplyElsewhere, type PlacedProblem } from "./problems";

const SHORTCUT = /Mac|iPhone|iPad/.test(globalThis.navigator?.platform ?? "") ? "⌘ ." : "Ctrl .";

function element(tag: string, className: string, text = ""): HTMLElement {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

/** A sentence with its `names` set as code. */
function sentence(tag: string, className: string, text: string): HTMLElement {
  const made = element(tag, className);
  for (const piece of pieces(text)) made.append(piece.isName ? element("code", "", piece.text) : piece.text);
  return made;
}

function card(view: EditorView, problem: PlacedProblem, elsewhere: ApplyElsewhere): HTMLElement {
  const { diagnostic } = problem;
  const made = element("section", "problem-card");
  const head = element("div", "row wrap");
  const code = element("a", diagnostic.severity === "error" ? "tag bad" : "tag warn", diagnostic.code);
  code.setAttribute("href", explanationOf(diagnostic.code));
  code.setAttribute("target", "_blank");
  head.append(code, sentence("b", "", diagnostic.message));
  made.append(head);
  for (const note of diagnostic.notes) made.append(sentence("p", "muted", note));
  if (view.state.readOnly || problem.fixes.length === 0) return made;
  const foot = element("div", "row wrap");
  for (const fix of problem.fixes) {
    const button = element("button", "button", fix.title);
    button.setAttribute("type", "button");
    // The text may have changed since the card was drawn: fix what stands there now.
    button.addEventListener("click", () => {
      const now = problemsAt(view.state, problem.from).find((other) => other.diagnostic === diagnostic) ?? problem;
      applyFix(view, now.fixes.find((other) => other.title === fix.title) ?? fix, elsewhere);
    });
    foot.append(button);
  }
  foot.append(element("span", "small muted", SHORTCUT));
  made.append(foot);
  return made;
}

function tooltipOf(problems: readonly PlacedProblem[], elsewhere: ApplyElsewhere): Tooltip | null {
  const [first] = problems;
  if (first === undefined) return null;
  return {
    pos: first.from,
    end: first.to,
    above: false,
    create(view) {
      const dom = element("div", "problem-cards");
      for (const problem of problems) dom.append(card(view, problem, elsewhere));
      return { dom };
    },
  };
}

export function problemCards(elsewhere: ApplyElsewhere): Extension {
  const atCursor = (state: EditorState): Tooltip | null =>
    state.selection.main.empty ? tooltipOf(problemsAt(state, state.selection.main.head), elsewhere) : null;
  const resting = StateField.define<Tooltip | null>({
    create: () => null,
    update(value, transaction) {
      // While someone types the card would stand on the next lines.
      if (transaction.docChanged) return null;
      if (transaction.selection !== undefined) return atCursor(transaction.state);
      if (transaction.effects.some((effect) => effect.is(setProblems)))
        return value === null ? null : atCursor(transaction.state);
      return value;
    },
    provide: (field) => showTooltip.from(field),
  });
  const hovering = hoverTooltip((view, position) => {
    if (view.state.field(resting) !== null) return null;
    return tooltipOf(problemsAt(view.state, position), elsewhere);
  });
  return [resting, hovering];
}
