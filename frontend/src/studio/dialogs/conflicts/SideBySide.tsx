// The two sides of a conflict beside each other, a line of one marked where both had another.
import { ownLines } from "./steps";

interface SideProps {
  readonly label: string;
  readonly base: string;
  readonly text: string;
  readonly note: string;
}

export function SideText({ label, base, text, note }: SideProps) {
  return (
    <div className="resolve-side">
      <b className="small">{label}</b>
      {note === "" ? (
        <pre className="mono" tabIndex={0} aria-label={label}>
          {ownLines(base, text).map(({ line, isOwn }, number) => (
            <span key={number} className={isOwn ? "own" : undefined}>
              {isOwn && <span className="aloud">changed: </span>}
              {line}
              {"\n"}
            </span>
          ))}
        </pre>
      ) : (
        <p className="muted small">{note}</p>
      )}
    </div>
  );
}
