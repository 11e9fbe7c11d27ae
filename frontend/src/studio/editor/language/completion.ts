// Completion in the Runefile: what the language offers at the cursor, with its documentation beside it.
import {
  autocompletion,
  completionKeymap,
  snippet,
  type Completion,
  type CompletionContext,
  type CompletionResult,
} from "@codemirror/autocomplete";
import { Prec, type Extension } from "@codemirror/state";
import { keymap } from "@codemirror/view";
import type { CompleteAnswer, CompletionItem } from "../../../language";
import { editorLanguage, quietly } from "./requests";
import { documentation } from "./markdown";

/** Letters that go on with what is being completed, so that the list is narrowed here without asking again. */
const GOES_ON = /^[\w$@./:-]*$/;

/** The language writes snippets as editors of the LSP do: `$1`, `$0`, and a backslash before a sign that is meant. */
export function asSnippet(insert: string): string {
  return insert.replace(
    /\\([\\$}])|\$(\d+)|\$\{0\}/g,
    (_, escapedSign: string | undefined, place: string | undefined) => {
      if (escapedSign !== undefined) return escapedSign === "}" ? "\\}" : escapedSign;
      return place === undefined || place === "0" ? "${}" : `\${${place}}`;
    },
  );
}

function completionOf(item: CompletionItem, rank: number): Completion {
  return {
    label: item.label,
    type: item.kind,
    // The language's order is the best first; CodeMirror's own rank decides among what fits equally well.
    boost: -Math.min(rank, 99),
    ...(item.detail === "" ? {} : { detail: item.detail }),
    apply: item.is_snippet ? snippet(asSnippet(item.insert)) : item.insert,
    ...(item.documentation === "" ? {} : { info: () => documentation(item.documentation) }),
  };
}

async function source(context: CompletionContext): Promise<CompletionResult | null> {
  const from = context.state.facet(editorLanguage);
  if (from === null || context.state.readOnly) return null;
  // Behind a space or at the start of a line only where it is asked for, or it would be in the way.
  const before = context.state.sliceDoc(Math.max(0, context.pos - 1), context.pos);
  if (!context.explicit && !/[\w$@./[:,{-]/.test(before)) return null;
  const answer = await quietly<CompleteAnswer>(from, { ask: "complete", offset: context.pos });
  if (answer === null || context.aborted || answer.items.length === 0) return null;
  return {
    from: answer.span.start.offset,
    to: answer.span.end.offset,
    options: answer.items.map(completionOf),
    validFor: GOES_ON,
  };
}

export const completing: Extension = [
  autocompletion({
    override: [source],
    icons: true,
    closeOnBlur: true,
    activateOnTypingDelay: 60,
    maxRenderedOptions: 60,
  }),
  Prec.high(keymap.of([...completionKeymap])),
];
