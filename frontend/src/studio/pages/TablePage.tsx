// Comma-separated values as a table and as lines.
import { useMemo, useState } from "react";
import type * as Y from "yjs";
import { count } from "../format/quantities";
import { LineChart } from "./LineChart";
import { plotOf, readTable } from "./table";
import { useText } from "./use-text";
import "../styles/pages.css";
import { InlineCode } from "../../look/code/InlineCode";

interface TablePageProps {
  readonly text: Y.Text;
  readonly path: string;
}

/** Rows shown at first, and added each time. */
const STEP = 200;

export default function TablePage({ text, path }: TablePageProps) {
  const content = useText(text);
  const [shownCount, setShownCount] = useState(STEP);
  const table = useMemo(() => readTable(content), [content]);
  const plot = useMemo(() => plotOf(table), [table]);
  if (table.columns.length === 0) return <p className="panel-note muted">The file has no rows yet.</p>;
  return (
    <div className="file-page stack" tabIndex={0} role="region" aria-label={`${path} as a table`}>
      {table.problems.map((problem) => (
        <p key={problem} className="notice warn small">
          <InlineCode>{problem}</InlineCode>
        </p>
      ))}
      {plot.lines.length > 0 && table.rows.length > 1 && (
        <LineChart plot={plot} label={`The columns of ${path} as lines`} />
      )}
      <p className="small muted num">
        {count(table.rows.length, "row")}, {count(table.columns.length, "column")}
      </p>
      <div className="scroll">
        <table className="cells num">
          <thead>
            <tr>
              <th scope="col" aria-label="Row" />
              {table.columns.map((column, index) => (
                <th key={index} scope="col">
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {table.rows.slice(0, shownCount).map((row, index) => (
              <tr key={index}>
                <th scope="row">{index + 1}</th>
                {table.columns.map((_, column) => (
                  <td key={column}>{row[column] ?? ""}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {table.rows.length > shownCount && (
        <button type="button" className="button" onClick={() => setShownCount(shownCount + STEP)}>
          Show {count(Math.min(STEP, table.rows.length - shownCount), "more row")}
        </button>
      )}
    </div>
  );
}
