// Converts one rune's input to another rune's type, so that both run on the same data.
import { recordingOf, type CapabilityRequest } from "../../runtime";
import { pictureRequest } from "../picture/pixels";

/** A picture keeps its pixels and takes the kind of number that is asked for; null where another input is asked for. */
export function refitted(data: ArrayBuffer, from: CapabilityRequest, to: CapabilityRequest): ArrayBuffer | null {
  if (data.byteLength !== from.size) return null;
  if (from.kind === to.kind) return from.size === to.size ? data : null;
  if (recordingOf(from) !== "picture" || recordingOf(to) !== "picture") return null;
  const [source, target] = [pictureRequest(from), pictureRequest(to)];
  if (source.width !== target.width || source.height !== target.height || source.format !== target.format) return null;
  return target.isFloat
    ? Float32Array.from(new Uint8Array(data)).buffer
    : Uint8Array.from(new Float32Array(data)).buffer;
}
