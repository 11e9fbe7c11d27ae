// Asks before an upload takes the place of a file that is there.
import { Dialog } from "../parts/Dialog";
import { count } from "../parts/words";

interface ReplaceDialogProps {
  readonly paths: readonly string[];
  readonly onReplace: () => void;
  readonly onClose: () => void;
}

export function ReplaceDialog({ paths, onReplace, onClose }: ReplaceDialogProps) {
  return (
    <Dialog title={`Replace ${count(paths.length, "file")}?`} onClose={onClose}>
      <ul className="plain mono">
        {paths.map((path) => (
          <li key={path}>{path}</li>
        ))}
      </ul>
      <p className="muted">{paths.length === 1 ? "It is" : "They are"} in the project already. Earlier builds keep what they were built from.</p>
      <div className="row">
        <span className="grow" />
        <button type="button" className="button" onClick={onClose}>
          Keep what is there
        </button>
        <button
          type="button"
          className="button primary"
          data-first
          onClick={() => {
            onReplace();
            onClose();
          }}
        >
          Replace
        </button>
      </div>
    </Dialog>
  );
}
