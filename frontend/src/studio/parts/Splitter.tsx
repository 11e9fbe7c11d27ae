// The edge between two panels: dragged, or moved by the arrow keys; where it has a usual place, a double click or Enter
// brings it back there.
import type { KeyboardEvent, PointerEvent } from "react";

interface SplitterProps {
  readonly label: string;
  /** Whether the edge stands upright (between columns) or lies (between rows). */
  readonly upright: boolean;
  readonly size: number;
  readonly least: number;
  readonly most: number;
  /** 1 when the panel grows as the edge moves right or down, -1 when it shrinks. */
  readonly direction: 1 | -1;
  readonly onSize: (size: number) => void;
  /** Brings it back to its usual place; absent where there is none. */
  readonly onUsual?: () => void;
}

const STEP = 16;

export function Splitter({ label, upright, size, least, most, direction, onSize, onUsual }: SplitterProps) {
  const set = (requestedSize: number): void => onSize(Math.round(Math.min(most, Math.max(least, requestedSize))));
  const onPointerDown = (event: PointerEvent<HTMLDivElement>): void => {
    const start = upright ? event.clientX : event.clientY;
    const handle = event.currentTarget;
    handle.setPointerCapture(event.pointerId);
    const move = (next: globalThis.PointerEvent): void =>
      set(size + direction * ((upright ? next.clientX : next.clientY) - start));
    handle.addEventListener("pointermove", move);
    handle.addEventListener("lostpointercapture", () => handle.removeEventListener("pointermove", move), {
      once: true,
    });
    event.preventDefault();
  };
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    const [back, on] = upright ? ["ArrowLeft", "ArrowRight"] : ["ArrowUp", "ArrowDown"];
    if (event.key === back) set(size - direction * STEP);
    else if (event.key === on) set(size + direction * STEP);
    else if (event.key === "Home") set(least);
    else if (event.key === "End") set(most);
    else if (event.key === "Enter" && onUsual !== undefined) onUsual();
    else return;
    event.preventDefault();
  };
  return (
    <div
      className={upright ? "splitter upright" : "splitter lying"}
      role="separator"
      tabIndex={0}
      aria-label={label}
      aria-orientation={upright ? "vertical" : "horizontal"}
      aria-valuenow={size}
      aria-valuemin={least}
      aria-valuemax={most}
      title={onUsual === undefined ? undefined : "Drag, or use the arrow keys; double-click for the usual size"}
      onPointerDown={onPointerDown}
      onDoubleClick={onUsual}
      onKeyDown={onKeyDown}
    />
  );
}
