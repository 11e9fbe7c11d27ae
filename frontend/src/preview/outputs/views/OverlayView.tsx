// Boxes or key points over the picture that the rune was given.
import { useId, useLayoutEffect, useRef, useState } from "react";
import type { OutputTensor } from "../../../runtime";
import { certaintyText } from "../../../look/certainty/certainty";
import { percentText } from "../../readings/numbers";
import type { PictureRequest } from "../../picture/pixels";
import { drawInputPicture } from "../../picture/rgba";
import { recall, remember } from "../preferences";
import { BOX_ORDERS, boxesOf, pointsOf, type BoxOrder } from "./views";

/** The picture of the run. */
export interface ShownPicture {
  readonly bytes: ArrayBuffer;
  readonly picture: PictureRequest;
}

interface Props {
  readonly kind: "boxes" | "points";
  readonly tensor: OutputTensor;
  /** The other outputs of the run: scores and classes of the boxes may be among them. */
  readonly beside: readonly OutputTensor[];
  readonly shownPicture: ShownPicture | null;
  readonly title: string;
}

/** Of the picture's height: above it there is no room for a box's name. */
const TOP = 0.12;

const orderKey = (title: string): string => `boxes ${title}`;
const isOrder = (value: string | null): value is BoxOrder => value !== null && value in BOX_ORDERS;

export function OverlayView({ kind, tensor, beside, shownPicture, title }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const id = useId();
  const [least, setLeast] = useState(0.4);
  const [order, setOrder] = useState<BoxOrder>(() => {
    const storedOrder = recall(orderKey(title));
    return isOrder(storedOrder) ? storedOrder : "yxyx";
  });
  const sides = shownPicture?.picture ?? { width: 1, height: 1 };
  const boxes = kind === "boxes" ? boxesOf(tensor, beside, order, sides, least) : [];
  const points = kind === "points" ? pointsOf(tensor, sides, least) : [];
  // In the frame that shows the boxes: they lie over the picture that they were found in.
  useLayoutEffect(() => {
    if (canvas.current !== null && shownPicture !== null)
      drawInputPicture(canvas.current, shownPicture.bytes, shownPicture.picture);
  }, [shownPicture]);
  const count = kind === "boxes" ? boxes.length : points.length;
  // One that is hidden by the bound has a score as well; where nothing is shown, the bound may be why.
  const isScored = count === 0 || (kind === "boxes" ? boxes : points).some(({ score }) => score !== null);
  const noun = kind === "boxes" ? "box" : "point";
  const summary = `${count} ${count === 1 ? noun : kind === "boxes" ? "boxes" : "points"}`;
  return (
    <>
      <p className="preview-big saying num">{summary}</p>
      <div className="preview-overlay" role="img" aria-label={`${summary} over the picture`}>
        <canvas ref={canvas} width={sides.width} height={sides.height} />
        {boxes.map((box, index) => (
          <i
            key={index}
            className={box.top < TOP ? "box at-top" : "box"}
            style={{
              left: percent(box.left),
              top: percent(box.top),
              width: percent(box.width),
              height: percent(box.height),
            }}
          >
            <b>
              {box.name}
              {box.score !== null && ` ${certaintyText(box.score)}`}
            </b>
          </i>
        ))}
        {points.map((point, index) => (
          <i key={index} className="point" style={{ left: percent(point.x), top: percent(point.y) }} />
        ))}
      </div>
      {isScored && (
        <div className="preview-slider">
          <label htmlFor={`${id}-least`}>Minimum score</label>
          <input
            id={`${id}-least`}
            type="range"
            min={0}
            max={0.95}
            step={0.05}
            value={least}
            onChange={(event) => setLeast(event.target.valueAsNumber)}
          />
          <output className="num">{percentText(least)}</output>
        </div>
      )}
      {kind === "boxes" && (
        <div className="field">
          <label htmlFor={`${id}-order`}>Order of the box coordinates</label>
          <select
            id={`${id}-order`}
            className="input"
            value={order}
            onChange={(event) => {
              const value = event.target.value;
              if (!isOrder(value)) return;
              setOrder(value);
              remember(orderKey(title), value);
            }}
          >
            {Object.entries(BOX_ORDERS).map(([value, name]) => (
              <option key={value} value={value}>
                {name}
              </option>
            ))}
          </select>
        </div>
      )}
    </>
  );
}

function percent(share: number): string {
  return `${share * 100}%`;
}
