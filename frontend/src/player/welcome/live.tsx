// Runs the welcome page's rune in place of its picture, once it has answered for the first time.
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { NO_HOST, Preview, type PreviewHost, type Stroke } from "../../preview";
import { fetchRune } from "../fetch-rune";

export async function runHere(section: HTMLElement): Promise<void> {
  const { liveRune, memory, strokes } = section.dataset;
  const [still, live] = ["[data-still]", "[data-live]"].map((each) => section.querySelector<HTMLElement>(each));
  if (liveRune === undefined || !still || !live) return;
  const rune = await fetchRune(liveRune, new AbortController().signal, () => undefined);
  const host: PreviewHost = {
    ...NO_HOST,
    drawing: readStrokes(strokes),
    onRun: () => {
      still.hidden = true;
      live.hidden = false;
    },
  };
  createRoot(live).render(
    <StrictMode>
      <Preview rune={rune} heading={null} memory={memory === undefined ? null : Number(memory)} host={host} isLarge />
    </StrictMode>,
  );
}

function readStrokes(text: string | undefined): readonly Stroke[] {
  const strokes = JSON.parse(text ?? "[]") as readonly (readonly [number, number])[][];
  return strokes.map((stroke) => stroke.map(([x, y]) => ({ x, y })));
}
