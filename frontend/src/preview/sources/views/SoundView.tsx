// The sound that the rune hears: how loud it is, its wave, and loudness by pitch.
import { useEffect, useRef } from "react";
import { spectrogram } from "../../sound/spectrum";
import { HeardStrip } from "../../heard/HeardStrip";
import { useHeard } from "../../heard/context";
import { drawColumns } from "./draw-columns";
import { drawWave } from "./draw-wave";

interface Props {
  /** The newest window, or null while there is none. */
  readonly samples: () => Float32Array | null;
  readonly isLive: boolean;
  /** Changes when there is something new to draw although it is not live. */
  readonly version: number;
}

const COLUMNS = 72;
const FRAME_MILLISECONDS = 80;
const CALM_MILLISECONDS = 400;

/** Draws the last seconds with their answers in a preview, and the newest window alone elsewhere. */
export function SoundView(props: Props) {
  const sound = useHeard();
  return sound === null ? <NewestSound {...props} /> : <HeardStrip sound={sound} isLive={props.isLive} />;
}

function NewestSound({ samples, isLive, version }: Props) {
  const wave = useRef<HTMLCanvasElement>(null);
  const pitch = useRef<HTMLCanvasElement>(null);
  const level = useRef<HTMLDivElement>(null);

  useEffect(() => {
    const draw = () => {
      const window = samples() ?? new Float32Array(0);
      if (wave.current !== null) drawWave(wave.current, window);
      if (pitch.current !== null) drawColumns(pitch.current, spectrogram(window, COLUMNS));
      if (level.current !== null) level.current.style.width = `${loudness(window) * 100}%`;
    };
    draw();
    if (!isLive) return undefined;
    const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const timer = setInterval(draw, isCalm ? CALM_MILLISECONDS : FRAME_MILLISECONDS);
    return () => clearInterval(timer);
  }, [samples, isLive, version]);

  return (
    <div className="preview-sound" aria-hidden="true">
      <canvas ref={wave} width={684} height={88} />
      <canvas ref={pitch} className="pitch" width={COLUMNS} height={24} />
      <div className="meter">
        <i ref={level} />
      </div>
    </div>
  );
}

/** The last tenth's loudness, 0 to 1 over 60 decibels. */
function loudness(samples: Float32Array): number {
  const tail = samples.subarray(Math.floor(samples.length * 0.9));
  const power = tail.reduce((sum, sample) => sum + sample * sample, 0) / Math.max(1, tail.length);
  return Math.max(0, Math.min(1, 1 + (10 * Math.log10(power + 1e-12)) / 60));
}
