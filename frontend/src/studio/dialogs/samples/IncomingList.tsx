// The contents of an archive of labelled recordings, by label and split, and the refused files with the reason.
import type { SampleImportPreview } from "../../../api/schema";
import { count } from "../../format/quantities";
import { isKnown } from "../../session/samples/splits-and-labels";
import { InlineCode } from "../../../look/code/InlineCode";

/** Refused files that are named one by one. */
const MAX_NAMED = 8;

interface Group {
  readonly label: string;
  readonly split: string;
  readonly count: number;
}

/** How many come in of each label and split. */
function groupsOf(samples: SampleImportPreview["samples"]): readonly Group[] {
  const byKey = new Map<string, Group>();
  for (const { label, split } of samples) {
    const key = `${label}\n${split}`;
    byKey.set(key, { label, split, count: (byKey.get(key)?.count ?? 0) + 1 });
  }
  return [...byKey.values()].sort((a, b) => a.label.localeCompare(b.label) || a.split.localeCompare(b.split));
}

interface IncomingListProps {
  readonly preview: SampleImportPreview;
  /** Those of the rune that runs. */
  readonly labels: readonly string[];
}

export function IncomingList({ preview, labels }: IncomingListProps) {
  const { samples, refused_files: refusals, skipped_files: skippedFiles } = preview;
  return (
    <div className="stack" aria-live="polite">
      {samples.length > 0 && (
        <table className="num coming-in">
          <thead>
            <tr>
              <th scope="col">Label</th>
              <th scope="col">Split</th>
              <th scope="col">Samples</th>
            </tr>
          </thead>
          <tbody>
            {groupsOf(samples).map((group) => (
              <tr key={`${group.label}\n${group.split}`}>
                <th scope="row" className="first written">
                  {group.label}
                  {labels.length > 0 && !isKnown(group.label, labels) && (
                    <small className="muted"> (the rune that runs has no such label)</small>
                  )}
                </th>
                <td>{group.split}</td>
                <td>{group.count}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {refusals.length > 0 && (
        <div className="notice warn">
          <b>{count(refusals.length, "file")} cannot be imported</b>
          <ul className="sentences">
            {refusals.slice(0, MAX_NAMED).map(({ name, reason }) => (
              <li key={name}>
                <span className="written">{name}</span>: <InlineCode>{reason}</InlineCode>
              </li>
            ))}
            {refusals.length > MAX_NAMED && <li>{count(refusals.length - MAX_NAMED, "more file")}</li>}
          </ul>
        </div>
      )}
      {skippedFiles.length > 0 && (
        <p className="small muted">
          Skipped: not in a label's folder and not listed in a table:{" "}
          <span className="written">{skippedFiles.slice(0, MAX_NAMED).join(", ")}</span>
          {skippedFiles.length > MAX_NAMED && ` and ${count(skippedFiles.length - MAX_NAMED, "more file")}`}.
        </p>
      )}
    </div>
  );
}
