// The card that says what is wrong and offers the fix: under the pointer, and at the cursor when it comes to rest there.
// Words of a user's files stand in it as text, never as markup.
import { StateField, type EditorState, type Extension } from "@codemirror/state";
import { hoverTooltip, showTooltip, type EditorView, type Tooltip } from "@codemirror/view";
import { explanationOf } from "../../parts/diagnostic-page";
import "../../styles/problems/card.css";
import { applyFix, problemsAt, setProblems, type EditOtherFiles, type PlacedProblem } from "./problems";
import { codeNodes } from "../../../look/code/code-nodes";

const SHORTCUT = /Mac|iPhone|iPad/.test(globalThis.navigator?.platform ?? "") ? "⌘ ." : "Ctrl .";

function element(tag: string, className: string, text = ""): HTMLElement {
  const node = document.createElement(tag);
  node.className = className;
  node.textContent = text;
  return node;
}

/** A sentence with its `names` set as code. */
function sentence(tag: string, className: string, text: string): HTMLElement {
  const node = element(tag, className);
  node.append(...codeNodes(text));
  return node;
}

function card(view: EditorView, problem: PlacedProblem, onEditOtherFiles: EditOtherFiles): HTMLElement {
  const { diagnostic } = problem;
  const section = element("section", "problem-card");
  const head = element("div", "row wrap");
  const code = element("a", diagnostic.severity === "error" ? "tag bad" : "tag warn", diagnostic.code);
  code.setAttribute("href", explanationOf(diagnostic.code));
  code.setAttribute("target", "_blank");
  head.append(code, sentence("b", "", diagnostic.message));
  section.append(head);
  for (const note of diagnostic.notes) section.append(sentence("p", "muted", note));
  if (view.state.readOnly || problem.fixes.length === 0) return section;
  const foot = element("div", "row wrap");
  for (const fix of problem.fixes) {
    const button = element("button", "button", fix.title);
    button.setAttribute("type", "button");
    // The text may have changed since the card was drawn: fix what stands there now.
    button.addEventListener("click", () => {
      const now = problemsAt(view.state, problem.from).find((other) => other.diagnostic === diagnostic) ?? problem;
      applyFix(view, now.fixes.find((other) => other.title === fix.title) ?? fix, onEditOtherFiles);
    });
    foot.append(button);
  }
  foot.append(element("span", "small muted", SHORTCUT));
  section.append(foot);
  return section;
}

function tooltipOf(problems: readonly PlacedProblem[], onEditOtherFiles: EditOtherFiles): Tooltip | null {
  const [first] = problems;
  if (first === undefined) return null;
  return {
    pos: first.from,
    end: first.to,
    above: false,
    create(view) {
      const dom = element("div", "problem-cards");
      for (const problem of problems) dom.append(card(view, problem, onEditOtherFiles));
      return { dom };
    },
  };
}

export function problemCards(onEditOtherFiles: EditOtherFiles): Extension {
  const atCursor = (state: EditorState): Tooltip | null =>
    state.selection.main.empty ? tooltipOf(problemsAt(state, state.selection.main.head), onEditOtherFiles) : null;
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
    return tooltipOf(problemsAt(view.state, position), onEditOtherFiles);
  });
  return [resting, hovering];
}
