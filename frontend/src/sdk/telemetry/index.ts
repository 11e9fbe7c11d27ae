// Counts of a page: asks its person, and sends after a yes. `load` imports this where the deployment counts.
import type { RuneCounts } from "../../runtime/types";
import { consentFor, type Consent } from "./consent";
import { intoCorner } from "./corner";
import { consentPanel, type ConsentPanel } from "./panel";
import * as parts from "./parts";
import type * as Samples from "./samples";
import type { SampleKeeper } from "./samples";
import type { SampledDeployment, SamplePlace } from "./samples/target";
import { countSender, type CountSender } from "./sender";

/** The place in which the person of a page is asked about a deployment, and what loads the script of samples. */
export interface TelemetryPlace extends SamplePlace {
  readonly samplesModule: () => Promise<typeof Samples>;
  /** Whether something was sent from this origin, which can be taken back. */
  readonly hasSent: boolean;
}

/** A deployment that counts, and who answers for the person. */
export interface CountedDeployment extends TelemetryPlace, SampledDeployment {
  /** "granted" where the app has asked its person. */
  readonly setting: "ask" | "granted";
}

/** The counts of a rune: `take` gives those since the last call, or null where it counts nothing now. */
export type TakeCounts = () => Promise<RuneCounts | null>;

/** The facts that a rune gives about itself. */
export interface RunListener {
  /** Resolves once the counts of the run are taken, so that none of an answer is lost with the page. Never rejects. */
  readonly afterRun: (inputs: ReadonlyMap<number, ArrayBuffer>) => Promise<void>;
  readonly onClose: () => void;
}

/** Begins to ask or to count. Returns what the rune calls. */
export function startCounts(deployment: CountedDeployment, take: TakeCounts): RunListener {
  const consent = consentFor(deployment.source);
  const hasQuestion = deployment.setting === "ask";
  const panel = hasQuestion ? openPanel(deployment, (answer) => consent.answer(answer)) : null;
  const samples = samplesOf(deployment);
  let sender: CountSender | null = null;
  let hasEnded = false;

  const begin = (): void => {
    samples.open();
    samples.tell((keeper) => !hasEnded && isAllowed() && keeper.begin());
    const newSender = countSender(deployment.url, deployment.digest, close);
    // Counts from before the answer are not sent: they are taken out, and the counts begin with the next run.
    void take().then(
      () => !hasEnded && isAllowed() && (sender ??= newSender),
      () => undefined,
    );
  };
  const stop = (): void => {
    sender?.end();
    sender = null;
    samples.tell((keeper) => keeper.stop());
  };
  const isAllowed = (): boolean => !hasQuestion || consent.current() === "granted";
  const settle = (): void => {
    const answer = consent.current();
    if (isAllowed()) begin();
    else stop();
    if (answer === null) panel?.ask();
    else panel?.showAnswer(answer);
  };
  const flush = (): void => sender?.flush();
  const onHide = (): void => {
    if (document.visibilityState === "hidden") flush();
  };
  const unsubscribe = hasQuestion ? consent.subscribe(settle) : () => undefined;
  const hasPage = "document" in globalThis;
  if (hasPage) {
    document.addEventListener("visibilitychange", onHide);
    addEventListener("pagehide", flush);
  }
  function close(): void {
    if (hasEnded) return;
    flush();
    hasEnded = true;
    sender = null;
    unsubscribe();
    panel?.remove();
    // Sounds that were sent can be taken back from a deployment that counts no more.
    samples.tell((keeper) => keeper.stop());
    if (!hasPage) return;
    document.removeEventListener("visibilitychange", onHide);
    removeEventListener("pagehide", flush);
  }
  settle();
  return {
    async afterRun(inputs) {
      const current = sender;
      if (current === null) return;
      try {
        const counts = await take();
        if (counts === null) return;
        current.add(counts);
        samples.tell((keeper) => keeper.onRun(inputs, counts));
      } catch {
        // A rune that cannot tell its counts runs on without them.
        stop();
      }
    },
    onClose() {
      close();
      samples.tell((keeper) => keeper.close());
    },
  };
}

/** Shows what was sent from this origin, of a deployment that counts nothing here now. Returns what the rune calls. */
export function showSent(target: TelemetryPlace): RunListener {
  const keeper = openKeeper(target);
  return {
    afterRun: () => Promise.resolve(),
    onClose: () => void keeper.then(({ close }) => close(), ignore),
  };
}

interface LazySamples {
  /** Loads them, unless nothing can be asked of the rune. */
  readonly open: () => void;
  /** Calls with them, once they are loaded; never where nobody loads them. */
  readonly tell: (act: (keeper: SampleKeeper) => unknown) => void;
}

/** The samples of a rune that hears, in a page. They are loaded with the yes, or where something was sent. */
function samplesOf(deployment: CountedDeployment): LazySamples {
  let keeper: Promise<SampleKeeper> | undefined;
  const open = (): void => {
    const isHearing = deployment.rune.capabilities[0]?.kind === "SOUND" && "document" in globalThis;
    if (isHearing || deployment.hasSent) keeper ??= openKeeper(deployment);
  };
  if (deployment.hasSent) open();
  return { open, tell: (act) => void keeper?.then(act).catch(ignore) };
}

async function openKeeper(target: TelemetryPlace | CountedDeployment): Promise<SampleKeeper> {
  return (await target.samplesModule()).openSamples(target, parts, intoCorner);
}

/** A page whose policy refuses the script counts without it. */
const ignore = (): void => undefined;

interface PlacedPanel extends Pick<ConsentPanel, "showAnswer"> {
  readonly ask: () => void;
  readonly remove: () => void;
}

function openPanel({ source, url, place }: CountedDeployment, answer: (consent: Consent) => void): PlacedPanel {
  const ask = (): void => panel.ask(receiverOf(source), url);
  const panel = consentPanel({ answer, reopen: ask });
  const remove = place === undefined ? intoCorner(source, panel.element) : () => panel.element.remove();
  place?.append(panel.element);
  return { ask, showAnswer: panel.showAnswer, remove };
}

/** Such as `forge.example (acme/door-knock/website)`. */
function receiverOf(source: string): string {
  const { host, pathname } = new URL(source, globalThis.location?.href);
  return `${host} (${decodeURIComponent(pathname.split("/d/")[1] ?? pathname)})`;
}
