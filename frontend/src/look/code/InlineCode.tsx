// A sentence with its `names` set as code.
import { pieces } from "./inline-code";

export function InlineCode({ children }: { readonly children: string }) {
  return pieces(children).map(({ text, isName }, index) => (isName ? <code key={index}>{text}</code> : text));
}
