// A file that the Runefile names is renamed or deleted: what that means for the Runefile, before it is done.
import type { FileUse } from "../../../language";
import type { LineChange } from "../../document/lines/changes";
import { Dialog } from "../../parts/dialog/Dialog";
import { count } from "../../format/quantities";

interface RenameUsedProps {
  readonly from: string;
  readonly to: string;
  readonly changes: readonly LineChange[];
  readonly onRename: (alsoThere: boolean) => void;
  readonly onClose: () => void;
}

export function RenameUsedDialog({ from, to, changes, onRename, onClose }: RenameUsedProps) {
  const file = changes[0]?.file ?? "The Runefile";
  const then = (alsoThere: boolean): void => {
    onClose();
    onRename(alsoThere);
  };
  return (
    <Dialog title={`Change ${file} too?`} onClose={onClose}>
      <p>
        {file} names <span className="mono">{from}</span> in {count(changes.length, "line")}. With the new name{" "}
        <span className="mono">{to}</span> it reads:
      </p>
      <ul className="plain line-changes" aria-label={`Changes in ${file}`}>
        {changes.map(({ line, before, after }) => (
          <li key={line}>
            <span className="small muted num">Line {line}</span>
            <del className="mono">{before.trim()}</del>
            <ins className="mono">{after.trim()}</ins>
          </li>
        ))}
      </ul>
      <div className="row wrap">
        <span className="grow" />
        <button type="button" className="button" onClick={onClose}>
          Cancel
        </button>
        <button type="button" className="button" onClick={() => then(false)}>
          Rename only
        </button>
        <button type="button" className="button primary" data-first onClick={() => then(true)}>
          Rename and change {file}
        </button>
      </div>
    </Dialog>
  );
}

interface RemoveUsedProps {
  readonly path: string;
  readonly uses: readonly FileUse[];
  readonly onRemove: () => void;
  readonly onClose: () => void;
}

export function RemoveUsedDialog({ path, uses, onRemove, onClose }: RemoveUsedProps) {
  const file = uses[0]?.file ?? "The Runefile";
  return (
    <Dialog title={`Delete ${path}?`} onClose={onClose}>
      <p>{file} needs it. Without it the app does not build.</p>
      <ul className="plain line-changes" aria-label="What uses it">
        {uses.map(({ path: used, by, kind, span }) => (
          <li key={`${span.start.line} ${by}`}>
            <span className="small muted num">Line {span.start.line}</span>
            <span>
              The {kind} <span className="mono">{by}</span> uses <span className="mono">{used}</span>
            </span>
          </li>
        ))}
      </ul>
      <div className="row wrap">
        <span className="grow" />
        <button type="button" className="button" data-first onClick={onClose}>
          Keep it
        </button>
        <button
          type="button"
          className="button bad"
          onClick={() => {
            onClose();
            onRemove();
          }}
        >
          Delete it
        </button>
      </div>
    </Dialog>
  );
}
