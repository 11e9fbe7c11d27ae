// The height of the strip above the text: as high as the picture needs, or as someone set it, and never so high that the
// text under it has no room.
import { useLayoutEffect, useState, type ReactNode, type RefObject } from "react";
import { useRemembered } from "../parts/preferences";
import { Splitter } from "../parts/Splitter";

const LEAST = 72;
/** The most that it takes by itself, in pixels and as a part of what it shares with the text. */
const MOST = 300;
const SHARE = 0.44;
/** The room for the text whatever the height is set to: six lines. */
const TEXT = 130;

/** A height in pixels, or null for as high as the picture needs. */
function isHeight(value: unknown): value is number | null {
  return value === null || (typeof value === "number" && Number.isFinite(value));
}

export interface StripHeights {
  /** The pixels in which all is in sight. */
  readonly full: number;
  /** The pixels that are needed whatever was set by hand, as by an open palette. */
  readonly minimum: number;
}

/** The height of the strip: `sharedHeight` pixels hold strip and text, and `chosenHeight` was set by hand, or is null. */
export function stripHeight(
  { full, minimum }: StripHeights,
  sharedHeight: number,
  chosenHeight: number | null,
): { readonly height: number; readonly most: number } {
  const most = Math.max(LEAST, Math.round(sharedHeight - TEXT));
  const usual = Math.min(MOST, Math.max(LEAST, Math.round(sharedHeight * SHARE)), full);
  return { height: Math.min(most, Math.max(LEAST, minimum, Math.round(chosenHeight ?? usual))), most };
}

export function useStripHeight(
  area: RefObject<HTMLElement | null>,
  isStrip: boolean,
  heights: StripHeights,
): { readonly height: number; readonly splitter: ReactNode } {
  const [sharedHeight, setSharedHeight] = useState(0);
  const [chosenHeight, setChosenHeight] = useRemembered<number | null>("strip", null, isHeight);
  useLayoutEffect(() => {
    const around = area.current?.parentElement ?? null;
    if (around === null || !isStrip) return;
    const measure = (): void => setSharedHeight(around.clientHeight);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(around);
    return () => observer.disconnect();
  }, [area, isStrip]);
  const { height, most } = stripHeight(heights, sharedHeight, chosenHeight);
  const splitter = isStrip ? (
    <Splitter
      label="Height of the graph"
      upright={false}
      size={height}
      least={LEAST}
      most={most}
      direction={1}
      onSize={setChosenHeight}
      onUsual={() => setChosenHeight(null)}
    />
  ) : null;
  return { height, splitter };
}
