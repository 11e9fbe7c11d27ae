// The imports by which a rune reads resources: texts and files that it carries along, or that its page gives.
import { NAME_BYTES } from "../../declared/run-limits";
import { RuneError } from "../errors";
import { textOf } from "../text";
import type { GuestMemory } from "./guest-memory";
import type { Handles } from "./handles";

const MISSED_LIMIT = 16;
/** The rune then takes the default that is built into its code. */
const UNKNOWN = -1;

/** The bytes of a resource by its name without `$`; null where there is none. */
export type FindResource = (name: string) => Uint8Array | null;

interface OpenResource {
  readonly data: Uint8Array;
  at: number;
}

export class HostResources {
  readonly #memory: GuestMemory;
  readonly #handles: Handles;
  readonly #find: FindResource;
  readonly #openResources = new Map<number, OpenResource>();
  /** The names of resources that the rune asked for in vain. */
  readonly missingNames = new Set<string>();

  constructor(memory: GuestMemory, handles: Handles, find: FindResource) {
    this.#memory = memory;
    this.#handles = handles;
    this.#find = find;
  }

  open(address: number, size: number): number {
    const name = this.#memory.bytes("rune_resource_open", address, size);
    if (name.length > NAME_BYTES) return UNKNOWN;
    const text = textOf(name);
    const data = this.#find(text);
    if (data === null) {
      if (this.missingNames.size < MISSED_LIMIT) this.missingNames.add(text);
      return UNKNOWN;
    }
    const handle = this.#handles.take();
    this.#openResources.set(handle, { data, at: 0 });
    return handle;
  }

  /** As much as is left and fits; 0 at the end. */
  read(handle: number, address: number, size: number): number {
    const resource = this.#findOpen("reads", handle);
    const target = this.#memory.bytes("rune_resource_read", address, size);
    const part = resource.data.subarray(resource.at, resource.at + target.length);
    target.set(part);
    resource.at += part.length;
    return part.length;
  }

  /** The number is not given again. */
  close(handle: number): number {
    this.#findOpen("closes", handle);
    this.#openResources.delete(handle);
    return 0;
  }

  #findOpen(does: string, handle: number): OpenResource {
    const resource = this.#openResources.get(handle);
    if (resource === undefined) {
      throw new RuneError("request", `The rune ${does} the resource ${handle}, which is not open.`);
    }
    return resource;
  }
}
