// The files on their way to the server, and those that were refused, with the reason.
import { X } from "lucide-react";
import { baseName } from "../../document/files/paths";
import { count } from "../../format/quantities";
import type { UploadRow, Uploads } from "../../session/uploads/queue";

/** Rows that are shown one by one; more are summed up. */
const EACH = 3;

interface UploadListProps {
  readonly rows: readonly UploadRow[];
  readonly uploads: Uploads;
}

export default function UploadList({ rows, uploads }: UploadListProps) {
  const active = rows.filter((row) => row.refusal === null);
  const refusedRows = rows.filter((row) => row.refusal !== null);
  return (
    <>
      {active.length > EACH ? (
        <div className="upload small">
          <div className="row between">
            <span className="cut" role="status">
              Sending {count(active.length, "file")}…
            </span>
            <button
              type="button"
              className="button quiet square"
              aria-label="Stop sending all files"
              onClick={() => uploads.stopAll()}
            >
              <X aria-hidden="true" />
            </button>
          </div>
          <progress
            className="meter"
            max={active.length}
            value={active.reduce((sum, row) => sum + row.share, 0)}
            aria-label="Sending files"
          />
          <span className="cut muted">{active[0]?.path}</span>
        </div>
      ) : (
        active.map((row) => (
          <div key={row.id} className="upload small">
            <div className="row between">
              <span className="cut">{row.path}</span>
              <button
                type="button"
                className="button quiet square"
                aria-label={`Stop sending ${row.path}`}
                onClick={row.stop}
              >
                <X aria-hidden="true" />
              </button>
            </div>
            <progress className="meter" max={1} value={row.share} aria-label={`Sending ${row.path}`} />
            {row.share >= 1 && <span className="muted">Checking the file…</span>}
          </div>
        ))
      )}
      {refusedRows.length > EACH && (
        <div className="row between small side-note">
          <b className="wrong">{count(refusedRows.length, "file was", "files were")} refused</b>
          <button type="button" className="button quiet" onClick={() => uploads.dismissAll()}>
            Dismiss all
          </button>
        </div>
      )}
      {refusedRows.map((row) => (
        <div key={row.id} className="notice bad small" role="alert">
          <div className="row between">
            <b>{baseName(row.path)} was refused</b>
            <button
              type="button"
              className="button quiet square"
              aria-label={`Dismiss the refusal of ${row.path}`}
              onClick={() => uploads.dismiss(row.id)}
            >
              <X aria-hidden="true" />
            </button>
          </div>
          {row.refusal}
        </div>
      ))}
    </>
  );
}
