// Whether counts of a rune may be sent at all: what is decided before a person is asked, and before anything is loaded.
import type { Engine } from "./engine";
import { ask, json, type FetchOptions, type ServedRelease } from "./fetch-rune";
import type { Listening } from "./rune";
import { telemetryModule } from "./scripts";

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
  { key, signal, telemetry = "ask", telemetryPlace: place }: CountingOptions,
): Promise<void> {
  if (served === null || key === undefined) return;
  // Any other word allows nothing.
  if (telemetry !== "granted" && (telemetry !== "ask" || !("document" in globalThis))) return;
  const { navigator } = globalThis as { navigator?: PrivacySignals };
  if (engine.loadedRune.watch === null || isRefusedByBrowser(navigator)) return;
  const source = address.replace(/\/+$/, "");
  try {
    const options = { key, signal };
    const state = (await json(await ask(`${source}/telemetry`, options), options)) as TelemetryState;
    // Counts go to the deployment's own server and to no other.
    if (state.is_on !== true || typeof state.url !== "string") return;
    const page = (globalThis as { location?: { href: string } }).location?.href;
    if (new URL(state.url).origin !== new URL(source, page).origin) return;
    const { startCounts } = await telemetryModule();
    if (listener.isClosed === true) return;
    listener.current = startCounts(
      { source, digest: served.rune.digest, url: state.url, setting: telemetry, place },
      () => engine.takeCounts(),
    );
  } catch {
    // A server of before, one that is away, or a page whose policy refuses the script.
  }
}
