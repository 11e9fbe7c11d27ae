// A rune that was dropped on the studio: tried here, or added to the project. Neither happens unasked.
import { Plus } from "lucide-react";
import { Suspense, useState } from "react";
import { lazyPart } from "../../look/boundary";
import { Dialog } from "../parts/dialog/Dialog";

const RunePage = lazyPart(() => import("../pages/RunePage"));

interface RuneFileDialogProps {
  readonly files: readonly File[];
  readonly mayEdit: boolean;
  readonly onAdd: () => void;
  readonly onClose: () => void;
}

export function RuneFileDialog({ files, mayEdit, onAdd, onClose }: RuneFileDialogProps) {
  const [trying, setTrying] = useState(!mayEdit);
  const [first] = files;
  if (first === undefined) return null;
  const names = files.map((file) => file.name).join(", ");
  return (
    <Dialog title={names} onClose={onClose} className={trying ? "wide" : undefined}>
      {trying ? (
        <Suspense fallback={<p className="muted">Opening…</p>}>
          <RunePage name={first.name} read={() => first.arrayBuffer()} />
        </Suspense>
      ) : (
        <p>
          {files.length === 1 ? "This is a built rune." : "These are built runes; the first can be tried."} Try it to
          run it here; nothing is sent. A project seldom needs a rune among its files.
        </p>
      )}
      <div className="row wrap">
        <span className="grow" />
        {mayEdit && (
          <button
            type="button"
            className="button"
            onClick={() => {
              onAdd();
              onClose();
            }}
          >
            <Plus className="icon" aria-hidden="true" />
            Add to the project
          </button>
        )}
        {!trying && (
          <button type="button" className="button primary" data-first onClick={() => setTrying(true)}>
            Try it
          </button>
        )}
      </div>
    </Dialog>
  );
}
