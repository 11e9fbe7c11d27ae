// The sound that the model heard: the last seconds of sound as a wave and a spectrogram on one time axis, with the window of the
// current answer framed and named, and those of earlier answers in grey frames.
import { useCallback, useRef, useState } from "react";
import { drawColumns } from "../sources/views/draw-columns";
import { drawWave } from "../sources/views/draw-wave";
import { COLUMNS, SpectrogramColumns } from "./columns";
import { Strip, type StripProps } from "./strip";

const BANDS = 24;

export function SoundStrip(props: StripProps) {
  const { heard } = props;
  const wave = useRef<HTMLCanvasElement>(null);
  const pitch = useRef<HTMLCanvasElement>(null);
  const [columns] = useState(() => new SpectrogramColumns());
  const draw = useCallback(() => {
    if (wave.current !== null) drawWave(wave.current, heard.samples());
    if (pitch.current !== null) drawColumns(pitch.current, columns.read(heard));
  }, [heard, columns]);
  return (
    <Strip {...props} onDraw={draw}>
      <canvas ref={wave} className="heard-wave" width={1080} height={88} />
      <canvas ref={pitch} className="heard-pitch" width={COLUMNS} height={BANDS} />
    </Strip>
  );
}
