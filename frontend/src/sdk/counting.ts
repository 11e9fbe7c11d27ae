// Whether counts of a rune may be sent at all: what is decided before a person is asked, and before anything is loaded.
import type { Engine } from "./engine";
import { ask, json, type FetchOptions, type ServedRelease } from "./fetch-rune";
import type { Listening } from "./rune";
import { samplesModule, telemetryModule } from "./scripts";

/** Who answers whether counts may be sent: the person, or the app for its person. */
export type TelemetrySetting = "ask" | "granted" | "refused";

export interface CountingOptions extends Pick<FetchOptions, "key" | "signal"> {
  readonly telemetry?: TelemetrySetting;
  readonly telemetryPlace?: HTMLElement;
}

/** The signals by which browsers refuse for their person on every page. */
export interface PrivacySignals {
  readonly globalPrivacyControl?: boolean;
  readonly doNotTrack?: string | null;
}

/** The answer of a server; an older one answers with a refusal. */
interface TelemetryState {
  readonly is_on?: unknown;
  readonly url?: unknown;
}

/** Whether a browser refuses for its person: Global Privacy Control, or Do Not Track. */
export function isRefusedByBrowser(signals: PrivacySignals | undefined): boolean {
  return signals?.globalPrivacyControl === true || signals?.doNotTrack === "1";
}

/** Starts the counting of a rune if its deployment counts and nobody refused. Whatever fails, the rune runs on. */
export async function countIfAllowed(
  address: string,
  served: ServedRelease | null,
  engine: Engine,
  listener: Listening,
  options: CountingOptions,
): Promise<void> {
  const source = address.replace(/\/+$/, "");
  const { telemetry, telemetryPlace: place } = options;
  try {
    const url = served === null || engine.loadedRune.watch === null ? null : await countsUrl(source, options);
    const target = { source, place, samplesModule, hasSent: hasSent(source) };
    if (url === null && !target.hasSent) return;
    const { startCounts, showSent } = await telemetryModule();
    if (listener.isClosed === true) return;
    const rune = engine.loadedRune;
    listener.current =
      served === null || url === null
        ? showSent(target)
        : startCounts(
            { ...target, digest: served.rune.digest, url, setting: telemetry === "granted" ? telemetry : "ask", rune },
            () => engine.takeCounts(),
          );
  } catch {
    // A page whose policy refuses the script.
  }
}

/** The address to which counts go; null where nothing may be counted. */
async function countsUrl(source: string, { key, signal, telemetry = "ask" }: CountingOptions): Promise<string | null> {
  // Any other word allows nothing.
  if (key === undefined || (telemetry !== "granted" && (telemetry !== "ask" || !("document" in globalThis))))
    return null;
  const { navigator } = globalThis as { navigator?: PrivacySignals };
  if (isRefusedByBrowser(navigator)) return null;
  try {
    const options = { key, signal };
    const { is_on, url } = (await json(await ask(`${source}/telemetry`, options), options)) as TelemetryState;
    // Counts go to the deployment's own server and to no other.
    const page = (globalThis as { location?: { href: string } }).location?.href;
    if (is_on !== true || typeof url !== "string") return null;
    return new URL(url).origin === new URL(source, page).origin ? url : null;
  } catch {
    // A server of before, or one that is away.
    return null;
  }
}

/** Whether samples were sent from this origin: they can be taken back, whatever the answers are now (samples/sent.ts). */
function hasSent(source: string): boolean {
  try {
    return "document" in globalThis && localStorage.getItem(`hammer-forge samples ${source}`) !== null;
  } catch {
    return false;
  }
}
