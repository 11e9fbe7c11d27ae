// Three figures: how long a run takes, how much memory it uses, how large the rune is.
import { millisecondsText, sizeText } from "./numbers";

interface Props {
  readonly milliseconds: number | null;
  /** Bytes. */
  readonly memory: number;
  readonly size: number;
  /** Whether it keeps up with what streams in; null while nothing does. */
  readonly pace: string | null;
}

export function Figures({ milliseconds, memory, size, pace }: Props) {
  return (
    <div className="stack">
      <dl className="figures num preview-figures">
        <div>
          <dt className="label">A run</dt>
          <dd>{milliseconds === null ? "–" : millisecondsText(milliseconds)}</dd>
        </div>
        <div>
          <dt className="label">Memory</dt>
          <dd>{sizeText(memory)}</dd>
        </div>
        <div>
          <dt className="label">Rune</dt>
          <dd>{sizeText(size)}</dd>
        </div>
      </dl>
      {pace !== null && <p className="small muted num">{pace}</p>}
    </div>
  );
}
