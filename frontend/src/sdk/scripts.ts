// The scripts that cannot be part of a module: files beside this one, so that `worker-src 'self'` is all that a page's
// policy has to allow. The single file for pages carries them as text instead (scripts/sdk.mjs).
import type * as Deployment from "./deployment";
import type * as Telemetry from "./telemetry";
import type * as Samples from "./telemetry/samples";

/** Bundlers of apps recognise a worker by exactly this expression, and bundle what it imports. */
export const openWorker = (): Worker => new Worker(new URL("./worker.js", import.meta.url), { type: "module" });

export const microphoneScript = (): URL | string => new URL("./microphone.worklet.js", import.meta.url);

/** The part that remembers and verifies signed documents. Most pages never load it. */
export const deploymentModule = (): Promise<typeof Deployment> => import("./deployment");

/** The part that asks a person whether counts may be sent, and sends them. Pages of deployments that count load it. */
export const telemetryModule = (): Promise<typeof Telemetry> => import("./telemetry");

/** The part that offers a person to send odd sounds. Pages of deployments that count load it for runes that hear. */
export const samplesModule = (): Promise<typeof Samples> => import("./telemetry/samples");
