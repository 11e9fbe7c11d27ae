// @hammer-forge/rune: loads a rune from a deployment, a file or bytes, and runs it where the program runs.
import { DEFAULT_LIMITS, type Limits } from "../runtime/types";
import { openInWorker } from "./engine";
import { openHere } from "./engine-here";
import { compare, fetchRune, type FetchedBytes, type FetchOptions } from "./fetch-rune";
import { Rune, type Listening } from "./rune";
import { countIfAllowed, type TelemetrySetting } from "./counting";
import { deploymentModule } from "./scripts";

export { RuneError, type RuneErrorName } from "../runtime/errors";
export type { CapabilityRequest, Limits, LoadedRune as Loaded } from "../runtime/types";
export { DeliveryError, type DeliveryErrorName } from "./errors";
export type { ServedRelease } from "./fetch-rune";
export type { Inputs, InputValue } from "./inputs";
export type { Result, Score } from "./results";
export type { Sensor } from "./streams";
export type { TelemetrySetting };
export { Rune };

export interface LoadOptions extends FetchOptions {
  /** False runs the rune in the caller's thread. Node always does. */
  readonly worker?: boolean;
  readonly limits?: Partial<Limits>;
  /**
   * Whether counts of answers may be sent to a deployment that counts: "ask" asks the person of the page once, "granted"
   * and "refused" are the person's answer to the app. Outside a page "ask" sends nothing. A browser that asks not to
   * track is "refused".
   */
  readonly telemetry?: TelemetrySetting;
  /** The element in which the person is asked; without it, the lower corner of the page. */
  readonly telemetryPlace?: HTMLElement;
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
  const engine = await open(bytes, limits);
  const listener: Listening = {};
  const rune = new Rune(engine, served, age ?? null, listener);
  await store?.();
  if (typeof source === "string" || source instanceof URL)
    void countIfAllowed(String(source), served, engine, listener, options);
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
