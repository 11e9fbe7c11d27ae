// Counts of a page: asks its person, and sends after a yes. `load` imports this where the deployment counts.
import type { RuneCounts } from "../../runtime/types";
import { consentFor, type Consent } from "./consent";
import { intoCorner } from "./corner";
import { consentPanel, type ConsentPanel } from "./panel";
import { countSender, type CountSender } from "./sender";

/** A deployment that counts, and who answers for the person. */
export interface CountedDeployment {
  /** Its address. */
  readonly source: string;
  /** The digest of the rune's bytes. */
  readonly digest: string;
  /** Where counts are sent, and where people read what is in them. */
  readonly url: string;
  /** "granted" where the app has asked its person. */
  readonly setting: "ask" | "granted";
  /** The element in which the question stands; without it, the corner of the page. */
  readonly place: HTMLElement | undefined;
}

/** The counts of a rune: `take` gives those since the last call, or null where it counts nothing now. */
export type TakeCounts = () => Promise<RuneCounts | null>;

/** The facts that a rune gives about itself. */
export interface RunListener {
  /** Resolves once the counts of the run are taken, so that none of an answer is lost with the page. Never rejects. */
  readonly afterRun: () => Promise<void>;
  readonly onClose: () => void;
}

/** Begins to ask or to count. Returns what the rune calls. */
export function startCounts(deployment: CountedDeployment, take: TakeCounts): RunListener {
  const consent = consentFor(deployment.source);
  const hasQuestion = deployment.setting === "ask";
  const panel = hasQuestion ? openPanel(deployment, (answer) => consent.answer(answer)) : null;
  let sender: CountSender | null = null;
  let hasEnded = false;

  const begin = (): void => {
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
    if (!hasPage) return;
    document.removeEventListener("visibilitychange", onHide);
    removeEventListener("pagehide", flush);
  }
  settle();
  return {
    async afterRun() {
      const current = sender;
      if (current === null) return;
      try {
        const counts = await take();
        if (counts !== null) current.add(counts);
      } catch {
        // A rune that cannot tell its counts runs on without them.
        stop();
      }
    },
    onClose: close,
  };
}

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
