// A sentence with its `names` set as code, for the scripts of pages that are not drawn by React.
import { pieces } from "./inline-code";

/** The nodes of the sentence, in order. */
export function codeNodes(sentence: string): (string | HTMLElement)[] {
  return pieces(sentence).map(({ text, isName }) =>
    isName ? Object.assign(document.createElement("code"), { textContent: text }) : text,
  );
}
