// The resources that a rune carries along in its custom sections.
import { RuneError } from "../errors";
import { strictTextOf } from "../text";
import { customSections, type Section } from "./sections";

const RECORD_LIMIT = 4096;

/** By name; the last of a name counts. Lengths are big-endian. Throws a `bad-rune` error for what is cut short. */
export function carriedResources(sections: readonly Section[]): ReadonlyMap<string, Uint8Array> {
  const resources = new Map<string, Uint8Array>();
  let count = 0;
  for (const payload of customSections(sections, "rune_resource")) {
    const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
    let offset = 0;
    const next = (): Uint8Array => {
      const size = offset + 4 <= payload.length ? view.getUint32(offset) : Infinity;
      const start = offset + 4;
      if (start + size > payload.length) throw damageError("they are cut short");
      offset = start + size;
      return payload.subarray(start, offset);
    };
    while (offset < payload.length) {
      count += 1;
      if (count > RECORD_LIMIT) throw damageError(`they are more than ${RECORD_LIMIT}`);
      const name = next();
      resources.set(nameOf(name), next());
    }
  }
  return resources;
}

function nameOf(bytes: Uint8Array): string {
  try {
    return strictTextOf(bytes);
  } catch {
    throw damageError("a name is not UTF-8");
  }
}

function damageError(why: string): RuneError {
  return new RuneError("bad-rune", `The resources of the rune cannot be read: ${why}.`);
}
