// A recording as a small picture that plays and can be removed.
import { Play, Trash2 } from "lucide-react";
import { useState } from "react";
import { isExample } from "../store";
import type { Sample, StartServer } from "../server";
import { problemText } from "../server";

interface Props {
  readonly sample: Sample;
  readonly server: StartServer;
  readonly onRemove: () => void;
  readonly onProblem: (problem: string) => void;
}

const [WIDTH, HEIGHT] = [72, 32];

export function RecordingTile({ sample, server, onRemove, onProblem }: Props) {
  const [isPlaying, setPlaying] = useState(false);
  const isOfNobody = isExample(sample);
  const name = `${isOfNobody ? "example" : "recording"} ${sample.number} of ${sample.label}`;
  const play = (): void => {
    setPlaying(true);
    playSound(() => server.recording(sample.number)).then(
      () => setPlaying(false),
      (error: unknown) => {
        setPlaying(false);
        onProblem(problemText(error));
      },
    );
  };
  return (
    <li className={isPlaying ? "start-tile playing" : "start-tile"}>
      {isOfNobody && (
        <span className="start-example" title="An example, not your recording">
          example
        </span>
      )}
      <TileFace sample={sample} address={server.recordingUrl(sample.number)} />
      <span className="start-tile-acts">
        {sample.kind === "sound" && sample.playable && (
          <button type="button" aria-label={`Play ${name}`} title="Play" onClick={play}>
            <Play aria-hidden="true" />
          </button>
        )}
        <button type="button" aria-label={`Remove ${name}`} title="Remove" onClick={onRemove}>
          <Trash2 aria-hidden="true" />
        </button>
      </span>
    </li>
  );
}

/** The wave of a sound, the picture, or the lines of motion. */
export function TileFace({ sample, address }: { readonly sample: Sample; readonly address: string }) {
  const { kind, drawing } = sample;
  if (kind === "picture") return <img src={address} alt="" loading="lazy" />;
  return (
    <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      {kind === "sound"
        ? (drawing.peaks ?? []).map((peak, index, { length }) => {
            const height = Math.max(1, (peak / 100) * HEIGHT);
            return (
              <rect
                key={index}
                x={(index * WIDTH) / length}
                y={(HEIGHT - height) / 2}
                width={Math.max(0.6, (0.6 * WIDTH) / length)}
                height={height}
              />
            );
          })
        : (drawing.axes ?? []).map((axis, index) => <polyline key={index} points={pointsOf(axis)} />)}
    </svg>
  );
}

function pointsOf(axis: readonly number[]): string {
  const step = WIDTH / Math.max(1, axis.length - 1);
  return axis
    .map((value, index) => `${(index * step).toFixed(1)},${(HEIGHT / 2 - (value / 100) * (HEIGHT / 2)).toFixed(1)}`)
    .join(" ");
}

/** Resolves when it was heard. Rejects with an Error whose message is for a person. */
export async function playSound(read: () => Promise<Blob>): Promise<void> {
  const address = URL.createObjectURL(await read());
  const audio = new Audio(address);
  try {
    await new Promise<void>((resolve, reject) => {
      audio.addEventListener("ended", () => resolve());
      audio.addEventListener("error", () => reject(new Error("The browser cannot play this recording.")));
      audio.play().catch(() => reject(new Error("The browser did not play it. Press play again.")));
    });
  } finally {
    URL.revokeObjectURL(address);
  }
}
