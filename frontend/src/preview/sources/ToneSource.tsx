// Sound that nobody made: a tone of a pitch to choose.
import { useEffect, useId, useMemo, useState } from "react";
import { countOf, rateOf, toI16, tone } from "../sound/samples";
import { SoundView } from "./SoundView";
import type { SourceProps } from "./source";

export function ToneSource({ request, onInput }: SourceProps) {
  const [hertz, setHertz] = useState(440);
  const id = useId();
  const rate = rateOf(request);
  const samples = useMemo(() => tone(countOf(request), rate, hertz), [request, rate, hertz]);
  const read = useMemo(() => () => samples, [samples]);
  useEffect(() => onInput(toI16(samples)), [samples, onInput]);
  return (
    <>
      <SoundView samples={read} isLive={false} version={hertz} />
      <div className="preview-slider">
        <label htmlFor={id}>Pitch</label>
        <input
          id={id}
          type="range"
          min={50}
          max={Math.floor(rate / 2) - 50}
          step={10}
          value={hertz}
          onChange={(event) => setHertz(event.target.valueAsNumber)}
        />
        <output className="num" htmlFor={id}>
          {hertz} Hz
        </output>
      </div>
    </>
  );
}
