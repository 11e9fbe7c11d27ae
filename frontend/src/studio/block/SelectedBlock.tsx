// The panel above the running app: the block that is open, or that of another project which the selected stage runs.
import { Suspense } from "react";
import { useStore } from "zustand";
import { lazyPart } from "../../look/boundary";
import type { Snapshot } from "../../preview";
import { usePlace, useStudio } from "../context/studio";

const BlockPanel = lazyPart(() => import("./BlockPanel"));

export default function SelectedBlock({ running }: { readonly running: Snapshot }) {
  const active = usePlace((place) => place.shownFiles.active);
  const other = useOtherBlock();
  if (active === null || (!active.path.endsWith(".py") && other === null)) return null;
  return (
    <Suspense fallback={null}>
      <BlockPanel key={active.id} file={active} stage={other} running={running} />
    </Suspense>
  );
}

/** The selected stage, where it runs a block of another project. */
function useOtherBlock(): string | null {
  const { workspace } = useStudio();
  const selectedStage = usePlace((place) => place.selectedStage);
  return useStore(workspace.preview, ({ outline }) =>
    outline.nodes.some(({ name, detail }) => name === selectedStage && detail.includes("#")) ? selectedStage : null,
  );
}
