// How deep a new line begins: as the language asks, by the steps that the file itself takes.
import { indentService, indentUnit } from "@codemirror/language";
import { Prec, type EditorState, type Extension, type Text } from "@codemirror/state";

/** Lines that are read for the step of a file. */
const LINES_READ = 400;

/** Returns how many spaces the first indented line has more than the line before it, or `usual` if no line is indented. */
export function stepOf(doc: Text, usual: number): number {
  let before = 0;
  for (let number = 1; number <= Math.min(doc.lines, LINES_READ); number += 1) {
    const { text } = doc.line(number);
    if (text.trim() === "") continue;
    const depth = text.length - text.trimStart().length;
    if (text.startsWith(" ") && depth > before && depth - before <= 8) return depth - before;
    before = depth;
  }
  return usual;
}

/** By as many spaces as the file takes, `usual` where it takes none yet. */
export function steps(usual: number): Extension {
  const unit = (state: EditorState): string => " ".repeat(stepOf(state.doc, usual));
  return Prec.high(indentUnit.compute(["doc"], unit));
}

/** The spaces before what follows a line of YAML: deeper after `key:`, under the key of `- key: value`. */
export function yamlIndentation(before: string, step: number): number {
  const [, spaces = "", marks = "", rest = ""] = /^( *)((?:- +)*)(.*)$/.exec(before.replace(/(^|\s)#.*$/, "")) ?? [];
  const column = spaces.length + marks.length;
  const content = rest.trimEnd();
  if (/:(\s+[|>][+-]?)?$/.test(content)) return column + step;
  return marks !== "" && /^[^\s"'[{][^:]*:\s/.test(content) ? column : spaces.length;
}

export const yamlIndents: Extension = [
  steps(2),
  indentService.of((context, at) => {
    // A line that is indented again keeps what its language says.
    if (context.simulatedBreak === null) return undefined;
    return yamlIndentation(context.lineAt(at, -1).text, context.unit);
  }),
];
