// An input for a capability that no recording is played to: ones where it reads numbers, chance where it reads chance.
import { elementCount, type CapabilityRequest } from "../../runtime";
import { packNumbers } from "../readings/numbers";
import { numbersShape } from "./shapes";

export interface SomeInput {
  readonly data: ArrayBuffer;
  /** The input in few words; "" where there is nothing to say. */
  readonly text: string;
}

export function someInput(request: CapabilityRequest): SomeInput {
  if (request.kind === "RAND") {
    const data = new Uint8Array(request.size);
    for (let from = 0; from < data.length; from += 65_536) crypto.getRandomValues(data.subarray(from, from + 65_536));
    return { data: data.buffer, text: "random" };
  }
  const shape = numbersShape(request);
  if (shape === null) return { data: new ArrayBuffer(request.size), text: "" };
  const count = elementCount(shape);
  return { data: packNumbers(shape.type, Array<number>(count).fill(1)), text: count === 1 ? "1" : `${count} ones` };
}
