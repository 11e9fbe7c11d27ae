// Boxes or key points over the picture that the rune was given.
import { useId, useLayoutEffect, useMemo, useRef, useState } from "react";
import { counted } from "../../../look/plural";
import type { OutputTensor } from "../../../runtime";
import { objectsOfBoxes } from "../../answers/objects/detections";
import ObjectsAnswer from "../../answers/objects/ObjectsAnswer";
import type { ShownPicture } from "../../answers/shown-picture";
import { useExpectation } from "../../examples/expectation";
import { percentText } from "../../readings/numbers";
import { drawInputPicture } from "../../picture/rgba";
import { recall, remember } from "../preferences";
import { BOX_ORDERS, boxesOf, pointsOf, type BoxOrder, type KeyPoint } from "./views";

interface Props {
  readonly kind: "boxes" | "points";
  readonly tensor: OutputTensor;
  /** The other outputs of the run: scores and classes of the boxes may be among them. */
  readonly beside: readonly OutputTensor[];
  readonly shownPicture: ShownPicture | null;
  readonly title: string;
}

const UNIT = { width: 1, height: 1 };
const orderKey = (title: string): string => `boxes ${title}`;
const isOrder = (value: string | null): value is BoxOrder => value !== null && value in BOX_ORDERS;

export function OverlayView({ kind, tensor, beside, shownPicture, title }: Props) {
  const id = useId();
  const [least, setLeast] = useState(0.4);
  const [order, setOrder] = useState<BoxOrder>(() => {
    const storedOrder = recall(orderKey(title));
    return isOrder(storedOrder) ? storedOrder : "yxyx";
  });
  const { wordlists } = useExpectation();
  const count = useMemo(() => {
    if (kind !== "boxes") return null;
    const boxes = boxesOf(tensor, beside, order, shownPicture?.picture ?? UNIT);
    return objectsOfBoxes(boxes, least, wordlists);
  }, [kind, tensor, beside, order, shownPicture, least, wordlists]);
  const points = kind === "points" ? pointsOf(tensor, shownPicture?.picture ?? UNIT, least) : [];
  // One that is hidden by the bound has a score as well; where nothing is shown, the bound may be why.
  const isScored =
    count !== null ? count.threshold !== null : points.length === 0 || points.some(({ score }) => score !== null);
  return (
    <>
      {count !== null ? (
        <ObjectsAnswer count={count} shownPicture={shownPicture} />
      ) : (
        <PointedPicture points={points} shownPicture={shownPicture} />
      )}
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

interface PointedPictureProps {
  readonly points: readonly KeyPoint[];
  readonly shownPicture: ShownPicture | null;
}

function PointedPicture({ points, shownPicture }: PointedPictureProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  // In the frame that shows the points: they lie over the picture that they were found in.
  useLayoutEffect(() => {
    if (canvas.current !== null && shownPicture !== null)
      drawInputPicture(canvas.current, shownPicture.bytes, shownPicture.picture);
  }, [shownPicture]);
  const { width, height } = shownPicture?.picture ?? UNIT;
  const summary = counted(points.length, "point");
  return (
    <>
      <p className="preview-big saying num">{summary}</p>
      <div className="preview-overlay" role="img" aria-label={`${summary} over the picture`}>
        <canvas ref={canvas} width={width} height={height} />
        {points.map((point, index) => (
          <i key={index} className="point" style={{ left: percent(point.x), top: percent(point.y) }} />
        ))}
      </div>
    </>
  );
}

function percent(share: number): string {
  return `${share * 100}%`;
}
