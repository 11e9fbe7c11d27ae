// The changes in a newer version of another project's block, and the button to use it.
import { useMemo } from "react";
import { Dialog } from "../parts/dialog/Dialog";
import { DialogFoot } from "../parts/dialog/DialogFoot";
import type { SharedBlock } from "../session/blocks/shared-blocks";
import { useStudio } from "../context/studio";
import { lineDifference } from "./line-difference";
import "./block-version.css";

interface Props {
  readonly block: SharedBlock;
  readonly from: string;
  readonly to: string;
  /** None for who may not edit. */
  readonly adopt: (() => Promise<unknown>) | null;
  readonly onClose: () => void;
}

const SIGNS = { same: "  ", removed: "− ", added: "+ " } as const;
const CHANGE_LABELS = { same: undefined, removed: "removed", added: "added" } as const;

export default function BlockVersionDialog({ block, from, to, adopt, onClose }: Props) {
  const { workspace } = useStudio();
  const before = workspace.sharedBlocks?.source(block, from) ?? null;
  const after = workspace.sharedBlocks?.source(block, to) ?? null;
  const lines = useMemo(
    () => (before === null || after === null ? null : lineDifference(before.trimEnd(), after.trimEnd())),
    [before, after],
  );
  const passedVersions = block.versions.slice(
    block.versions.findIndex(({ version }) => version === to),
    block.versions.findIndex(({ version }) => version === from),
  );
  return (
    <Dialog title={`${block.block}: ${from} to ${to}`} className="wide" onClose={onClose}>
      {passedVersions
        .filter(({ notes }) => notes !== "")
        .map(({ version, notes }) => (
          <div key={version}>
            <h3 className="label">New in {version}</h3>
            <p className="block-notes">{notes}</p>
          </div>
        ))}
      {lines === null ? (
        <p className="muted">The sources cannot be compared here. You can undo the change afterwards.</p>
      ) : before === after ? (
        <p className="muted">The source is the same: its tests or its licence changed.</p>
      ) : (
        <div className="block-difference" role="region" aria-label="What changes in its source" tabIndex={0}>
          <ol>
            {lines.map(({ kind, text }, index) => (
              <li key={index} className={kind} aria-description={CHANGE_LABELS[kind]}>
                {SIGNS[kind]}
                {text}
              </li>
            ))}
          </ol>
        </div>
      )}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onClose();
          if (adopt !== null) void adopt();
        }}
      >
        <DialogFoot verb={`Use version ${to}`} disabled={adopt === null} onClose={onClose} />
      </form>
    </Dialog>
  );
}
