// Objects in a picture as an answer: the count first, the picture with a mark on each object, then a row for each kind. What
// is below the threshold is dotted, and not counted.
import { useLayoutEffect, useRef } from "react";
import { certaintyText } from "../../../look/certainty/certainty";
import { drawInputPicture } from "../../picture/rgba";
import { Announcement } from "../Announcement";
import type { ShownPicture } from "../shown-picture";
import {
  countText,
  countWords,
  kindCertainty,
  nounOf,
  thresholdText,
  type ObjectCount,
  type ObjectKind,
  type ObjectMark,
} from "./objects";
import "./objects.css";

interface Props {
  readonly count: ObjectCount;
  /** The picture that the objects are in; null where it is not shown. */
  readonly shownPicture: ShownPicture | null;
}

/** The share of the picture's height; above it there is no room for a mark's name. */
const TOP = 0.12;
/** The share of the picture's width; further right there is no room for a mark's name. */
const RIGHT = 0.7;
/** Kinds that have a colour of their own. */
const COLOURS = 4;

export default function ObjectsAnswer({ count, shownPicture }: Props) {
  const { kinds, marks } = count;
  const words = countWords(kinds);
  const text = countText(kinds);
  const tip = thresholdText(count);
  return (
    <div className="answer">
      <div className="answer-line">
        <p className="preview-big saying num">
          {words.count}
          <span className="unit">{words.noun}</span>
        </p>
        {words.rest !== null && <span className="sure num">{words.rest}</span>}
      </div>
      {shownPicture !== null && <MarkedPicture text={text} marks={marks} shownPicture={shownPicture} />}
      <KindRows kinds={kinds} marks={marks} />
      {tip !== null && <p className="small muted num">{tip}</p>}
      <Announcement answer={{ text, share: null }} />
    </div>
  );
}

interface MarkedPictureProps {
  readonly text: string;
  readonly marks: readonly ObjectMark[];
  readonly shownPicture: ShownPicture;
}

function MarkedPicture({ text, marks, shownPicture }: MarkedPictureProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  // In the frame that shows the marks: they lie over the picture that they were found in.
  useLayoutEffect(() => {
    if (canvas.current !== null) drawInputPicture(canvas.current, shownPicture.bytes, shownPicture.picture);
  }, [shownPicture]);
  const { width, height } = shownPicture.picture;
  return (
    <div className="objects-picture" role="img" aria-label={`${text} in the picture`}>
      <canvas ref={canvas} width={width} height={height} />
      {marks.map((mark, index) => (
        <i
          key={index}
          className={classOf(mark)}
          data-colour={mark.isCounted ? mark.kind.index % COLOURS : undefined}
          style={{
            left: percent(mark.left),
            top: percent(mark.top),
            width: percent(mark.width),
            height: percent(mark.height),
          }}
        >
          <b>{nameOf(mark)}</b>
        </i>
      ))}
    </div>
  );
}

interface KindRowsProps {
  readonly kinds: readonly ObjectKind[];
  readonly marks: readonly ObjectMark[];
}

function KindRows({ kinds, marks }: KindRowsProps) {
  if (kinds.length === 0) return null;
  return (
    <dl className="objects-kinds num">
      {kinds.map((kind) => (
        <div key={kind.index} className={kind.count === 0 ? "none" : ""}>
          <dt>
            <i data-colour={kind.index % COLOURS} aria-hidden="true" />
            {nounOf(kind)}
          </dt>
          <dd>{kind.count}</dd>
          <dd className="muted">{kindCertainty(kind, marks) ?? ""}</dd>
        </div>
      ))}
    </dl>
  );
}

function classOf({ isCounted, top, left }: ObjectMark): string {
  return ["mark", isCounted ? "" : "uncounted", top < TOP ? "at-top" : "", left > RIGHT ? "at-right" : ""]
    .filter(Boolean)
    .join(" ");
}

function nameOf({ kind, share }: ObjectMark): string {
  return share === null ? kind.name : `${kind.name} ${certaintyText(share)}`;
}

function percent(share: number): string {
  return `${share * 100}%`;
}
