// Says before an upload what is sent and where to, what would be replaced, and what is refused and why.
import { Dialog } from "../../parts/dialog/Dialog";
import { sizeText } from "../../../look/quantities";
import { count } from "../../format/quantities";
import type { StorageUse } from "../../api/page-state";
import type { UploadPlan } from "../../session/uploads/plan";
import { quotaNotice } from "../../session/uploads/storage-quota";
import { InlineCode } from "../../../look/code/InlineCode";

interface UploadDialogProps {
  readonly plan: UploadPlan;
  readonly limit: number;
  readonly storage: StorageUse;
  readonly onSend: (sends: UploadPlan["sends"]) => void;
  readonly onClose: () => void;
}

/** Paths that are listed one by one. */
const MAX_LISTED = 8;

function Paths({ paths }: { readonly paths: readonly string[] }) {
  return (
    <ul className="plain mono small">
      {paths.slice(0, MAX_LISTED).map((path) => (
        <li key={path}>{path}</li>
      ))}
      {paths.length > MAX_LISTED && <li className="muted">and {paths.length - MAX_LISTED} more</li>}
    </ul>
  );
}

export function UploadDialog({ plan, limit, storage, onSend, onClose }: UploadDialogProps) {
  const { sends, refusals, replaces, skippedCount, size } = plan;
  const notice = sends.length > 0 ? quotaNotice(storage, size) : null;
  const addedFiles = sends.filter(({ path }) => !replaces.includes(path));
  const send = (chosenFiles: UploadPlan["sends"]): void => {
    onClose();
    onSend(chosenFiles);
  };
  return (
    <Dialog
      title={
        sends.length === 0
          ? "Nothing to upload"
          : replaces.length === sends.length
            ? `Replace ${count(replaces.length, "file")}?`
            : `Upload ${count(sends.length, "file")}?`
      }
      onClose={onClose}
    >
      {sends.length > 0 && (
        <p className="muted num">
          {sizeText(size)} together. One file may have up to {sizeText(limit)}.
        </p>
      )}
      {notice !== null && (
        <p className={`notice ${notice.tone}`} role="status">
          <InlineCode>{notice.text}</InlineCode>
        </p>
      )}
      {replaces.length > 0 && (
        <section>
          <h3>{count(replaces.length, "file is", "files are")} there already</h3>
          <Paths paths={replaces} />
          <p className="small muted">What is there now stays in earlier versions.</p>
        </section>
      )}
      {addedFiles.length > 0 && (replaces.length > 0 || refusals.length > 0 || sends.length > 10) && (
        <section>
          <h3>{count(addedFiles.length, "new file")}</h3>
          <Paths paths={addedFiles.map(({ path }) => path)} />
        </section>
      )}
      {refusals.length > 0 && (
        <section>
          <h3 className="wrong">{count(refusals.length, "file is", "files are")} refused</h3>
          <ul className="plain small scroll-list">
            {refusals.map(({ path, reason }) => (
              <li key={path}>
                <span className="mono">{path}</span>: {reason}
              </li>
            ))}
          </ul>
        </section>
      )}
      {skippedCount > 0 && (
        <p className="small muted">
          Left out: {count(skippedCount, "file")} of version control, caches and file managers.
        </p>
      )}
      <div className="row wrap">
        <span className="grow" />
        <button type="button" className="button" onClick={onClose}>
          {sends.length === 0 ? "Close" : "Cancel"}
        </button>
        {replaces.length > 0 && addedFiles.length > 0 && (
          <button type="button" className="button" onClick={() => send(addedFiles)}>
            Upload only new files
          </button>
        )}
        {sends.length > 0 && (
          <button type="button" className="button primary" data-first onClick={() => send(sends)}>
            {replaces.length > 0 ? "Replace" : "Upload"}
          </button>
        )}
      </div>
    </Dialog>
  );
}
