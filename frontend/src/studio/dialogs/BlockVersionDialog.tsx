// What a newer version of another project's block changes, and taking it.
import type { Extension } from "@codemirror/state";
import { lazy, Suspense, useEffect, useState } from "react";
import { languageOf } from "../editor/languages";
import { Dialog } from "../parts/Dialog";
import { DialogFoot } from "../parts/DialogFoot";
import type { SharedBlock } from "../session/shared-blocks";
import { sharedBlocksOf } from "../session/shared-blocks-of";
import { useShell } from "../shell/shell";

const DrawnDifference = lazy(() => import("../versions/DrawnDifference"));

interface Props {
  readonly block: SharedBlock;
  readonly from: string;
  readonly to: string;
  /** None for who may not edit. */
  readonly take: (() => Promise<unknown>) | null;
  readonly onClose: () => void;
}

export default function BlockVersionDialog({ block, from, to, take, onClose }: Props) {
  const { workspace, nonce } = useShell();
  const [language, setLanguage] = useState<Extension | null>(null);
  useEffect(() => {
    let wanted = true;
    languageOf("block.py").then(
      (found) => wanted && setLanguage(found),
      () => wanted && setLanguage([]),
    );
    return () => {
      wanted = false;
    };
  }, []);
  const shared = sharedBlocksOf(workspace);
  const before = shared.source(block, from);
  const after = shared.source(block, to);
  const passed = block.versions.slice(
    block.versions.findIndex(({ version }) => version === to),
    block.versions.findIndex(({ version }) => version === from),
  );
  return (
    <Dialog title={`${block.block}: ${from} to ${to}`} className="wide" onClose={onClose}>
      {passed
        .filter(({ notes }) => notes !== "")
        .map(({ version, notes }) => (
          <div key={version}>
            <h3 className="label">New in {version}</h3>
            <p className="block-notes">{notes}</p>
          </div>
        ))}
      {before === null || after === null ? (
        <p className="muted">The source of both cannot be read here. Take it, and undo takes it back.</p>
      ) : before === after ? (
        <p className="muted">The source is the same: its tests or its licence changed.</p>
      ) : (
        language !== null && (
          <Suspense fallback={<p className="muted small">Reading both…</p>}>
            <DrawnDifference
              before={before}
              after={after}
              language={language}
              names={[`${block.block}.py, version ${from}`, `${block.block}.py, version ${to}`]}
              nonce={nonce}
              room="not all"
            />
          </Suspense>
        )
      )}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onClose();
          if (take !== null) void take();
        }}
      >
        <DialogFoot verb={`Take ${to}`} disabled={take === null} onClose={onClose} />
      </form>
    </Dialog>
  );
}
