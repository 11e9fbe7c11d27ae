// Asks for a file's name, new or another, and says at once why one cannot be.
import { useId, useState } from "react";
import { pathProblem } from "../document/paths";
import { Dialog } from "../parts/Dialog";

interface NameDialogProps {
  readonly title: string;
  readonly verb: string;
  readonly start: string;
  readonly taken: ReadonlySet<string>;
  readonly onName: (path: string) => void;
  readonly onClose: () => void;
}

export function NameDialog({ title, verb, start, taken, onName, onClose }: NameDialogProps) {
  const id = useId();
  const [path, setPath] = useState(start);
  const problem = path === start && start !== "" ? null : pathProblem(path, taken);
  const said = path === "" ? null : problem;
  return (
    <Dialog title={title} onClose={onClose}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (problem !== null) return;
          if (path !== start) onName(path);
          onClose();
        }}
      >
        <div className="field">
          <label htmlFor={id}>Name, with its folders</label>
          <input id={id} className="mono" value={path} data-first autoComplete="off" spellCheck={false} aria-invalid={said !== null} aria-describedby={`${id}-problem`} onChange={(event) => setPath(event.target.value)} placeholder="labels.txt" />
          <span id={`${id}-problem`} className="error" role="status">
            {said}
          </span>
        </div>
        <div className="row">
          <span className="grow" />
          <button type="button" className="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" className="button primary" disabled={problem !== null}>
            {verb}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
