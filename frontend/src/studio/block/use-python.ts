// The sandbox's Python for a part of the page, and a block that it runs on what flows in the preview's wires.
import { useEffect, useMemo, useRef, useState, type RefObject } from "react";
import { PythonFrame, type BlockText } from "../../blocks";
import type { Snapshot } from "../../preview";
import { useStudio } from "../context/studio";
import { BlockRunner } from "./runner";
import type { BlockPlace } from "./use-block";

/** The sandbox's Python, which begins when it is first asked something. */
export function usePython(base: string): {
  readonly holder: RefObject<HTMLDivElement | null>;
  readonly frame: PythonFrame | null;
} {
  const holder = useRef<HTMLDivElement>(null);
  const [frame, setFrame] = useState<PythonFrame | null>(null);
  useEffect(() => {
    if (holder.current === null) return undefined;
    const python = new PythonFrame(holder.current, base);
    setFrame(python);
    return () => python.close();
  }, [base]);
  return { holder, frame };
}

/** Runs a block on what its wires carry: its text as it stands, and each input that comes. Null until there is a frame. */
export function useRunner(
  frame: PythonFrame | null,
  file: string,
  place: Pick<BlockPlace, "inputs" | "types" | "text" | "settings">,
  { watchedMessages }: Snapshot,
): BlockRunner | null {
  const { watching } = useStudio().workspace;
  const runner = useMemo(() => (frame === null ? null : new BlockRunner(frame)), [frame]);
  const { inputs, types, text, settings } = place;
  const wires = useMemo(() => inputs.map(({ stage, index }) => ({ stage, index })), [inputs]);
  useEffect(() => watching.setExtraWires(wires), [watching, wires]);
  useEffect(() => () => watching.setExtraWires([]), [watching]);
  useEffect(() => {
    if (runner === null || types === null) return;
    runner.use({ file, text, inputs: types, settings } satisfies BlockText);
  }, [runner, file, text, types, settings]);
  useEffect(() => {
    const inputValues = wires.flatMap((wire) => {
      const tensor = watchedMessages.find((each) => each.stage === wire.stage && each.index === wire.index)?.tensors[0];
      return tensor === undefined ? [] : [tensor.elements.filter((each) => typeof each === "number")];
    });
    if (runner !== null && inputValues.length === wires.length) runner.offer(inputValues);
  }, [runner, wires, watchedMessages]);
  return runner;
}
