// Numbers that nobody measured: random bytes, or floats from 0 to 1 where the rune reads floats.
import { counted } from "../../../look/plural";
import { Dices } from "lucide-react";
import { useEffect, useState } from "react";
import { capabilityOf, type CapabilityRequest } from "../../../runtime";
import type { SourceProps } from "../source";
import { UNKNOWN_PERIOD, useSteadyChunks } from "../steady";

export function RandomSource({ request, onInput }: SourceProps) {
  const [data, setData] = useState(() => randomInput(request));
  const isStream = request.isStream === true;
  useEffect(() => {
    if (!isStream) onInput(data);
  }, [data, isStream, onInput]);
  useSteadyChunks(isStream ? UNKNOWN_PERIOD : null, () => onInput(randomInput(request), true));
  return (
    <div className="row wrap">
      {!isStream && (
        <button type="button" className="button" onClick={() => setData(randomInput(request))}>
          <Dices aria-hidden="true" />
          New numbers
        </button>
      )}
      <span className="small muted">{request.type ?? counted(request.size, "byte")}, at random</span>
    </div>
  );
}

function randomInput(request: CapabilityRequest): ArrayBuffer {
  const { element, isRandom, isTyped, recording } = capabilityOf(request);
  const isFloat = !isRandom && ((isTyped && element === "f32") || request.type?.startsWith("f") === true);
  if (isFloat) {
    const scale = recording === "picture" ? 255 : 1;
    const Floats: Float32ArrayConstructor | Float64ArrayConstructor = request.type?.startsWith("f64")
      ? Float64Array
      : Float32Array;
    const floats = new Floats(request.size / Floats.BYTES_PER_ELEMENT);
    return floats.map(() => Math.random() * scale).buffer;
  }
  const bytes = new Uint8Array(request.size);
  // The browser gives at most 64 KiB at once.
  for (let start = 0; start < bytes.length; start += 65536)
    crypto.getRandomValues(bytes.subarray(start, start + 65536));
  return bytes.buffer;
}
