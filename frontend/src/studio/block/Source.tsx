// A block's text that cannot be written in, with the values of its newest run at the ends of their lines.
import { pythonLanguage } from "@codemirror/lang-python";
import { classHighlighter, highlightCode } from "@lezer/highlight";
import { useMemo } from "react";
import type { LineValue } from "../editor/line-values";

interface Piece {
  readonly text: string;
  readonly classes: string;
}

/** The pieces of each line, with the classes of what they are. */
function piecesOf(text: string): readonly (readonly Piece[])[] {
  const lines: Piece[][] = [[]];
  highlightCode(
    text,
    pythonLanguage.parser.parse(text),
    classHighlighter,
    (piece, classes) => lines.at(-1)?.push({ text: piece, classes }),
    () => lines.push([]),
  );
  return lines;
}

interface Props {
  readonly text: string;
  readonly label: string;
  readonly values: readonly LineValue[];
}

export function Source({ text, label, values }: Props) {
  const lines = useMemo(() => piecesOf(text.trimEnd()), [text]);
  return (
    <div className="block-source" tabIndex={0} role="region" aria-label={label}>
      <ol>
        {lines.map((pieces, index) => (
          <li key={index}>
            <code>
              {pieces.map(({ text: piece, classes }, at) => (
                <span key={at} className={classes}>
                  {piece}
                </span>
              ))}
            </code>
            {values
              .filter(({ line }) => line === index + 1)
              .map(({ text: value, kind }, at) => (
                <span key={at} className={`line-value ${kind}`}>
                  {value}
                </span>
              ))}
          </li>
        ))}
      </ol>
    </div>
  );
}
