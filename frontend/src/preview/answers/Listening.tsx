// In place of an answer while a window fills: what it waits for, and how far it is.
import { filledShare, fillingText, type Filling } from "./filling";

const RADIUS = 18;
const ROUND = 2 * Math.PI * RADIUS;

export function Listening({ filling }: { readonly filling: Filling }) {
  const share = filledShare(filling);
  return (
    <div className="answer-listening">
      <svg viewBox="0 0 44 44" role="img" aria-label={`${Math.round(share * 100)} percent of the window`}>
        <circle cx="22" cy="22" r={RADIUS} />
        <circle
          className="filled"
          cx="22"
          cy="22"
          r={RADIUS}
          strokeDasharray={`${share * ROUND} ${ROUND}`}
          transform="rotate(-90 22 22)"
        />
      </svg>
      <div>
        <p className="preview-big saying small-saying quiet">{filling.unit === "picture" ? "watching" : "listening"}</p>
        <span className="sure num">{fillingText(filling)}</span>
      </div>
    </div>
  );
}
