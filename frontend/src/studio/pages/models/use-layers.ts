// The layers of a source, as the newest conversion of that file found them.
import { useEffect, useState } from "react";
import { layersOfSources } from "../../api/models";
import type { ProjectClient } from "../../api/client";

const NONE: readonly string[] = [];

/** Asked once a visit of the form; empty until they are here, and for a source that was never converted. */
export function useLayers(client: ProjectClient): (digest: string | undefined) => readonly string[] {
  const [layers, setLayers] = useState<ReadonlyMap<string, readonly string[]>>(new Map());
  useEffect(() => {
    let isActive = true;
    // Without them a layer's name is typed.
    layersOfSources(client).then(
      (all) => isActive && setLayers(all),
      () => undefined,
    );
    return () => {
      isActive = false;
    };
  }, [client]);
  return (digest) => (digest === undefined ? NONE : (layers.get(digest) ?? NONE));
}
