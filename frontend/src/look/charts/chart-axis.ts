// The axes of the charts that uPlot draws, in the page's colours.
import type uPlot from "uplot";
import { tickTexts } from "./axis-ticks";

const FONT = "12px 'IBM Plex Sans'";
/** Width of a character of the font in pixels, at most, and the room beside a text. */
const [CHARACTER, ROOM] = [7, 14];

/** An axis whose ticks tell their values apart. `from` is the element that has the page's colours. */
export function chartAxis(from: Element): uPlot.Axis {
  const colour = (name: string): string => getComputedStyle(from).getPropertyValue(name).trim();
  return {
    stroke: colour("--muted"),
    grid: { stroke: colour("--line"), width: 1 },
    ticks: { stroke: colour("--line"), width: 1 },
    font: FONT,
    values: (_, splits) => tickTexts(splits),
  };
}

/** The axis of values: as wide as its longest text. */
export function valueAxis(from: Element): uPlot.Axis {
  return { ...chartAxis(from), size: (_, texts) => widthOf(texts) };
}

/** The axis below, with the name of what it counts. */
export function namedAxis(from: Element, name: string): uPlot.Axis {
  return { ...chartAxis(from), label: name, labelFont: FONT, labelSize: 18, size: 24 };
}

/** Width in pixels of an axis with these texts; uPlot has none before the first drawing. */
export function widthOf(texts: readonly string[] | null): number {
  return ROOM + CHARACTER * Math.max(3, ...(texts ?? []).map((text) => text.length));
}
