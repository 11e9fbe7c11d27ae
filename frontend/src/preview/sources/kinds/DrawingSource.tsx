// A sheet to draw on, by finger, mouse or keyboard; the rune sees it as a picture, black on white.
import { Eraser } from "lucide-react";
import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type PointerEvent } from "react";
import { useHost } from "../../host";
import { pictureBytes, pictureRequest } from "../../picture/pixels";
import { drawLarge, pixelsOf } from "../../picture/rgba";
import { KeepButton } from "../../recordings/KeepButton";
import { useRecordings } from "../../recordings/store";
import { InputPicture } from "../views/InputPicture";
import type { SourceProps } from "../source";
import { drawStrokes, extended, clamped, PEN, type StrokePoint, type Stroke } from "../strokes";

const SHEET = 448;
const KEY_STEP = 0.04;
const ARROWS: Readonly<Record<string, StrokePoint>> = {
  ArrowLeft: { x: -KEY_STEP, y: 0 },
  ArrowRight: { x: KEY_STEP, y: 0 },
  ArrowUp: { x: 0, y: -KEY_STEP },
  ArrowDown: { x: 0, y: KEY_STEP },
};

interface Drawing {
  readonly strokes: readonly Stroke[];
  /** Where the pen is; shown when it is moved by keys. */
  readonly pen: StrokePoint;
  readonly isDown: boolean;
  readonly byKeys: boolean;
}

const BLANK: Drawing = { strokes: [], pen: { x: 0.5, y: 0.5 }, isDown: false, byKeys: false };

export function DrawingSource({ request, onInput, example }: SourceProps) {
  const picture = useMemo(() => pictureRequest(request), [request]);
  const sheet = useRef<HTMLCanvasElement>(null);
  const [recordings] = useRecordings();
  const { drawing: first } = useHost();
  const [drawing, setDrawing] = useState(() => (first === undefined ? BLANK : { ...BLANK, strokes: first }));
  // The first drawing is not drawn on: the first stroke of the hand begins anew.
  const isFirst = first !== undefined && drawing.strokes === first;
  const [frameBytes, setFrameBytes] = useState<ArrayBuffer | null>(null);
  const isBlank = drawing.strokes.length === 0;
  const isShown = isFirst || example !== null;

  useEffect(() => {
    // One picture for each frame that is shown, however many points the finger gives.
    const frame = requestAnimationFrame(() => {
      const canvas = sheet.current;
      if (canvas === null) return;
      drawStrokes(canvas, drawing.strokes);
      if (drawing.strokes.length === 0 && example !== null) drawLarge(canvas, example, picture);
      const bytes = drawing.strokes.length === 0 ? null : pictureBytes(pixelsOf(canvas), picture);
      setFrameBytes(bytes);
      onInput(bytes);
    });
    return () => cancelAnimationFrame(frame);
  }, [drawing.strokes, picture, onInput, example]);

  const pointAt = (event: PointerEvent<HTMLCanvasElement>): StrokePoint => {
    const box = event.currentTarget.getBoundingClientRect();
    return clamped({ x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height });
  };
  const onPointerDown = (event: PointerEvent<HTMLCanvasElement>) => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    const pen = pointAt(event);
    setDrawing((before) => ({
      strokes: extended(before.strokes === first ? [] : before.strokes, pen, true),
      pen,
      isDown: true,
      byKeys: false,
    }));
  };
  const onPointerMove = (event: PointerEvent<HTMLCanvasElement>) => {
    const pen = pointAt(event);
    setDrawing((before) =>
      before.isDown && !before.byKeys ? { ...before, strokes: extended(before.strokes, pen, false), pen } : before,
    );
  };
  const onPointerUp = () => setDrawing((before) => ({ ...before, isDown: false }));

  const onKeyDown = (event: KeyboardEvent) => {
    const arrow = ARROWS[event.key];
    if (arrow !== undefined) {
      event.preventDefault();
      setDrawing((before) => {
        const pen = clamped({ x: before.pen.x + arrow.x, y: before.pen.y + arrow.y });
        const strokes = before.isDown ? extended(before.strokes, pen, false) : before.strokes;
        return { ...before, strokes, pen, byKeys: true };
      });
    } else if (event.key === " " || event.key === "Enter") {
      event.preventDefault();
      setDrawing((before) => ({
        ...before,
        strokes: before.isDown
          ? before.strokes
          : extended(before.strokes === first ? [] : before.strokes, before.pen, true),
        isDown: !before.isDown,
        byKeys: true,
      }));
    } else if (event.key === "Delete" || event.key === "Backspace") {
      setDrawing({ ...BLANK, byKeys: true });
    }
  };

  return (
    <div className="preview-picture">
      <div className="preview-sheet">
        <canvas
          ref={sheet}
          width={SHEET}
          height={SHEET}
          tabIndex={0}
          role="application"
          aria-label="Drawing sheet. Draw with a finger or the mouse; or move the pen with the arrow keys, set it down and lift it with the space bar, and clear with Delete."
          onPointerDown={onPointerDown}
          onPointerMove={onPointerMove}
          onPointerUp={onPointerUp}
          onPointerCancel={onPointerUp}
          onKeyDown={onKeyDown}
        />
        {(isBlank || isFirst) && !drawing.byKeys && (
          <span aria-hidden="true" className={isShown ? "below" : undefined}>
            {isShown ? "Draw your own" : "Draw here"}
          </span>
        )}
        {drawing.byKeys && (
          <i
            className={drawing.isDown ? "down" : ""}
            style={{ left: `${drawing.pen.x * 100}%`, top: `${drawing.pen.y * 100}%`, width: `${PEN * 100}%` }}
          />
        )}
      </div>
      <div className="preview-beside">
        <InputPicture bytes={frameBytes ?? example} picture={picture} />
        <button type="button" className="button" disabled={isBlank} onClick={() => setDrawing(BLANK)}>
          <Eraser aria-hidden="true" />
          Clear
        </button>
        <KeepButton
          isBlank={isBlank}
          onKeep={() =>
            frameBytes !== null && recordings.add({ kind: "picture", picture, frames: [frameBytes], times: [0] })
          }
        />
      </div>
    </div>
  );
}
