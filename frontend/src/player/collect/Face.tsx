// A recording as a small drawing: bars of a sound, lines of motion, or the picture.
import { useEffect, useMemo } from "react";
import type { OutgoingRecording } from "./sending/client";
import type { Face } from "./sending/storage";

interface Props {
  readonly face: Face;
  readonly recording: Pick<OutgoingRecording, "bytes" | "type">;
  readonly name: string;
}

const WIDTH = 144;
const HEIGHT = 52;

export function FaceView({ face, recording, name }: Props) {
  if (face.kind === "picture") return <Picture recording={recording} name={name} />;
  const paths = face.kind === "sound" ? [bars(face.peaks)] : face.axes.map(line);
  return (
    <svg
      className={`collect-face ${face.kind}`}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={name}
    >
      {paths.map((path, index) => (
        <path key={index} d={path} />
      ))}
    </svg>
  );
}

function Picture({ recording, name }: Pick<Props, "recording" | "name">) {
  const address = useMemo(
    () => URL.createObjectURL(new Blob([recording.bytes], { type: recording.type })),
    [recording],
  );
  useEffect(() => () => URL.revokeObjectURL(address), [address]);
  return <img className="collect-face" src={address} alt={name} />;
}

function bars(peaks: readonly number[]): string {
  const step = WIDTH / Math.max(1, peaks.length);
  return peaks
    .map((peak, index) => {
      const height = Math.max(0.5, (peak * (HEIGHT / 2 - 2)) / 100);
      return `M${(step * (index + 0.5)).toFixed(1)} ${(HEIGHT / 2 - height).toFixed(1)}v${(2 * height).toFixed(1)}`;
    })
    .join("");
}

function line(axis: readonly number[]): string {
  const step = WIDTH / Math.max(1, axis.length - 1);
  const points = axis.map(
    (value, index) => `${(step * index).toFixed(1)} ${(HEIGHT / 2 - (value * (HEIGHT / 2 - 2)) / 100).toFixed(1)}`,
  );
  return `M${points.join("L")}`;
}
