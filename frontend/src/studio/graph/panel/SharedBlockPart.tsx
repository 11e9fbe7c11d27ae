// The panel of a stage with a block of another project: its version, the advice about it, and the newer one.
import { CircleArrowUp, FileDiff, TriangleAlert } from "lucide-react";
import { useEffect } from "react";
import { useStore } from "zustand";
import { InlineCode } from "../../../look/code/InlineCode";
import type { SharedBlock, SharedBlocks } from "../../session/blocks/shared-blocks";
import { useStudio } from "../../context/studio";

interface Props {
  readonly target: string;
  readonly readOnly: boolean;
  readonly onAdopt: (target: string) => Promise<unknown>;
}

interface BlockMatch {
  readonly block: SharedBlock;
  readonly version: SharedBlock["versions"][number];
  /** The one to take in its place, where there is one. */
  readonly newer: SharedBlock["versions"][number] | null;
}

/** The block of another project that a stage's target names. */
export function sharedBlockOf(blocks: readonly SharedBlock[], target: string): BlockMatch | null {
  for (const block of blocks) {
    const at = block.versions.findIndex(({ path }) => path === target);
    const version = block.versions[at];
    if (version === undefined) continue;
    // The newest that nobody advises against; of a version that is advised against the one that is named in its place,
    // or an older one too.
    const others = version.deprecation === "" ? block.versions.slice(0, at) : block.versions;
    const successor = block.versions.find(({ path }) => path === version.successor);
    return { block, version, newer: successor ?? others.find(({ deprecation }) => deprecation === "") ?? null };
  }
  return null;
}

export function SharedBlockPart(props: Props) {
  const { sharedBlocks } = useStudio().workspace;
  return sharedBlocks === undefined ? null : <SharedBlockDetails {...props} sharedBlocks={sharedBlocks} />;
}

function SharedBlockDetails({
  target,
  readOnly,
  onAdopt,
  sharedBlocks,
}: Props & { readonly sharedBlocks: SharedBlocks }) {
  const { workspace, dialogs } = useStudio();
  const match = sharedBlockOf(useStore(sharedBlocks.state), target);
  useEffect(() => workspace.attempt(sharedBlocks.refresh()), [workspace, sharedBlocks]);
  if (match === null) return null;
  const { block, version, newer } = match;
  // The successor that its project names may be another block; a version of this one is offered below.
  const isOther = version.successor !== "" && version.successor.split("@")[0] !== block.name;
  const instead = isOther ? version.successor : null;
  const canCompare = newer !== null && sharedBlocks.source(block, version.version) !== null;
  return (
    <section className="panel-part" aria-label="The block's version">
      <p className="small">
        Version {version.version} of{" "}
        <a href={`/${block.organisation}/${block.project}/blocks/${block.block}?version=${version.version}`}>
          <b>{block.block}</b>
        </a>
        , published by{" "}
        <a href={`/${block.organisation}/${block.project}`}>
          {block.organisation}/{block.project}
        </a>
        .
      </p>
      {version.deprecation !== "" && (
        <p className="small">
          <TriangleAlert className="icon worse" aria-label="Warning" /> Deprecated:{" "}
          <InlineCode>{version.deprecation}</InlineCode>
          {version.successor !== "" && (
            <>
              {" "}
              Use <code>{version.successor}</code> instead.
            </>
          )}
        </p>
      )}
      {instead !== null && !readOnly && (
        <div>
          <button type="button" className="button" onClick={() => void onAdopt(instead)}>
            <CircleArrowUp aria-hidden="true" />
            Use {instead.split("#")[1]}
          </button>
        </div>
      )}
      {newer === null && version.deprecation === "" && <p className="small muted">This is the newest version.</p>}
      {newer !== null && (
        <>
          <p className="small">
            <b>{newer.version}</b> is available{newer.notes === "" ? "." : ": "}
            <InlineCode>{newer.notes.split("\n")[0] ?? ""}</InlineCode>
          </p>
          <div className="row wrap">
            {canCompare && (
              <button
                type="button"
                className="button"
                onClick={() =>
                  dialogs.open({
                    what: "block-version",
                    block,
                    from: version.version,
                    to: newer.version,
                    adopt: readOnly ? null : () => onAdopt(newer.path),
                  })
                }
              >
                <FileDiff aria-hidden="true" />
                See what changes
              </button>
            )}
            {!readOnly && (
              <button type="button" className="button" onClick={() => void onAdopt(newer.path)}>
                <CircleArrowUp aria-hidden="true" />
                Use version {newer.version}
              </button>
            )}
          </div>
        </>
      )}
    </section>
  );
}
