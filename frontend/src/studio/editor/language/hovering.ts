// The card of the word under the pointer, in the language's words.
import type { Extension } from "@codemirror/state";
import { hoverTooltip } from "@codemirror/view";
import type { HoverAnswer } from "../../../language";
import { problemsAt } from "../problems/problems";
import { editorLanguage, quietly } from "./requests";
import { documentation } from "./markdown";

export const hovering: Extension = hoverTooltip(async (view, position) => {
  const from = view.state.facet(editorLanguage);
  // A problem's own card says more.
  if (from === null || problemsAt(view.state, position).length > 0) return null;
  const answer = await quietly<HoverAnswer | null>(from, { ask: "hover", offset: position });
  if (answer === null || answer.text === "") return null;
  const dom = await documentation(answer.text);
  dom.classList.add("hover-card");
  return { pos: answer.span.start.offset, end: answer.span.end.offset, above: true, create: () => ({ dom }) };
});
