// The picture of the pipeline on a page with what each stage gives: fetched when the rune that says it is there.
import { useEffect, useState } from "react";
import { drawPipeline, slotsOf, type Pipeline } from "../../pipeline";
import type { Snapshot } from "../../preview";
import StageValues from "../../preview/stages/StageValues";

interface Props {
  readonly running: Snapshot;
  /** The element that has the picture of the pipeline. */
  readonly picture: HTMLElement;
  /** The rune cannot run. */
  readonly onLost: () => void;
}

export function StagePicture({ running, picture, onLost }: Props) {
  const [{ pipeline, slots }] = useState(() => {
    const pipeline = JSON.parse(picture.dataset["pipeline"] ?? "{}") as Pipeline;
    return { pipeline, slots: slotsOf(pipeline) };
  });
  useEffect(() => {
    drawPipeline(picture, pipeline, false, slots);
    return () => void drawPipeline(picture, pipeline, false);
  }, [picture, pipeline, slots]);
  const isLost = running.error !== null;
  useEffect(() => {
    if (isLost) onLost();
  }, [isLost, onLost]);
  return <StageValues running={running} slots={slots} />;
}
