// @hammer-forge/rune: loads a rune from a deployment, a file or bytes, and runs it where the program runs.
import { DEFAULT_LIMITS, type Limits } from "../runtime/types";
import { openInWorker } from "./engine";
import { openHere } from "./engine-here";
import { compare, fetchRune, type FetchedBytes, type FetchOptions } from "./fetch-rune";
import { Rune } from "./rune";
import { deploymentModule } from "./scripts";

export { RuneError, type RuneErrorName } from "../runtime/errors";
export type { CapabilityRequest, Limits, LoadedRune as Loaded } from "../runtime/types";
export { DeliveryError, type DeliveryErrorName } from "./errors";
export type { ServedRelease } from "./fetch-rune";
export type { Inputs, InputValue } from "./inputs";
export type { Result, Score } from "./results";
export type { Sensor } from "./streams";
export { Rune };

export interface LoadOptions extends FetchOptions {
  /** False runs the rune in the caller's thread. Node always does. */
  readonly worker?: boolean;
  readonly limits?: Partial<Limits>;
}

/**
 * Loads a rune from the address of a deployment or of a file, or from its bytes.
 * Throws `DeliveryError` where it cannot be had, and `RuneError` where it cannot be run.
 */
export async function load(
  source: string | URL | ArrayBuffer | Uint8Array<ArrayBuffer>,
  options: LoadOptions = {},
): Promise<Rune> {
  const { bytes, served, age, store } =
    typeof source === "string" || source instanceof URL
      ? await fetchBytes(source, options)
      : { bytes: await checkedBytes(source, options.digest), served: null };
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const open = (options.worker ?? true) && "Worker" in globalThis ? openInWorker : openHere;
  const rune = new Rune(await open(bytes, limits), served, age ?? null);
  await store?.();
  return rune;
}

/** Loads the module that remembers and verifies, if an option asks for it. */
async function fetchBytes(source: string | URL, options: LoadOptions): Promise<FetchedBytes> {
  const {
    root,
    publicKey,
    cache = root !== undefined || (publicKey !== undefined && "indexedDB" in globalThis),
  } = options;
  if (root === undefined && publicKey === undefined && cache === false) return fetchRune(source, options);
  return (await deploymentModule()).fetchRelease(source, { ...options, cache });
}

async function checkedBytes(source: ArrayBuffer | Uint8Array<ArrayBuffer>, digest?: string): Promise<ArrayBuffer> {
  const bytes = source instanceof ArrayBuffer ? source : source.slice().buffer;
  if (digest !== undefined) await compare(bytes, digest);
  return bytes;
}
