// Samples of a page: its last odd windows in memory, the question whether some may be sent, and what takes them back.
// The part of telemetry imports this for runes that read sound, once its person said yes to counts.
import { wavOfIntegers } from "../../../preview/sound/wav";
import type { CapabilityRequest, RuneCounts } from "../../../runtime/types";
import type { intoCorner } from "../corner";
import type * as Parts from "../parts";
import { offerCard, type OfferCard } from "./card";
import { newSecret, sendWindow, takeBack } from "./messages";
import { CARD_STYLE } from "./sheet";
import { binsOf, isOdd, youngWindows, LONGEST_AGE, windowsFor, withWindow, type OddWindow } from "./odd-windows";
import { digestOf, openRequests, textOf, type Offer, type OpenRequests } from "./offers";
import { play } from "./playing";
import { sentAnswers, storeAnswer, storedAnswers } from "./sent";
import type { SampledDeployment, SamplePlace } from "./target";

/** Milliseconds after which a page that runs its rune asks again whether somebody asks for samples. */
const ASK_AGAIN = 600_000;

/** The facts of telemetry about a rune. */
export interface SampleKeeper {
  /** Its person said yes to counts: windows are kept from now on. */
  readonly begin: () => void;
  /** Its person said no: all windows are dropped. What was sent can still be taken back. */
  readonly stop: () => void;
  readonly onRun: (inputs: ReadonlyMap<number, ArrayBuffer>, counts: RuneCounts) => void;
  readonly close: () => void;
}

/** Opens the question's place, with what draws it. Without a rune that counts it shows alone what was sent. */
export function openSamples(
  target: SamplePlace | SampledDeployment,
  parts: typeof Parts,
  toCorner: typeof intoCorner,
): SampleKeeper {
  const { source, place } = target;
  const deployment = "rune" in target ? target : null;
  const { node, press } = parts;
  const panel = parts.openPanel("Samples", CARD_STYLE);
  const remove = place === undefined ? toCorner(`${source} samples`, panel.element) : () => panel.element.remove();
  place?.append(panel.element);
  const sound = deployment === null ? null : soundOf(deployment.rune.capabilities);
  // Beside the address of counts.
  const url = deployment?.url.replace(/[^/]*$/, "samples") ?? "";
  const labels = deployment?.rune.watch?.labels?.names ?? [];
  let windows: readonly OddWindow[] = [];
  let requests: OpenRequests | null = null;
  let card: OfferCard | null = null;
  let notice = "";
  let lastAsk = -Infinity;
  let isOn = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopPlaying: () => void = () => undefined;

  const ask = async (): Promise<void> => {
    // Where nothing can be stored, nothing could be taken back.
    if (deployment === null || storedAnswers(source) === null) return;
    lastAsk = Date.now();
    const answer = await openRequests(url, deployment.digest);
    if (!isOn || answer === null) return;
    if (answer === "ended") return stop();
    requests = answer;
    draw();
  };
  const offered = (): Offer | undefined => {
    const answers = storedAnswers(source);
    if (answers === null) return undefined;
    const isOpen = ({ id, ends, condition, most }: Offer): boolean =>
      !(id in answers) && Date.now() < 1000 * ends && windowsFor(windows, condition, most).length > 0;
    return requests?.offers.find(isOpen);
  };
  const draw = (): void => {
    windows = youngWindows(windows, Date.now());
    clearTimeout(timer);
    const [oldest] = windows;
    if (oldest !== undefined) timer = setTimeout(draw, Math.max(0, oldest.at + LONGEST_AGE - Date.now()));
    const offer = offered();
    if (offer === undefined) {
      card = null;
      stopPlaying();
      showSent();
      return;
    }
    if (card?.offer.id !== offer.id) {
      card = offerCard(parts, offer, {
        send: (ticked, purposes) => void send(offer, ticked, purposes),
        refuse: () => refuse(offer),
        play: playOne,
        answerOf: ({ bins }) => (bins.label === null ? "" : (labels[bins.label] ?? "")),
      });
      panel.show(...card.nodes);
    }
    card.setWindows(windowsFor(windows, offer.condition, offer.most));
  };
  const showSent = (): void => {
    const hasSent = sentAnswers(source).length > 0;
    if (notice === "" && !hasSent) return panel.show();
    const back = press("Take back what I sent", () => void takeAllBack());
    back.className = "quiet";
    const text = notice === "" ? "This page sent sounds." : notice;
    panel.show(node("div", { class: "row small" }, text, ...(hasSent ? [back] : [])));
  };
  const playOne = (window: OddWindow, onEnd: () => void): (() => void) => {
    stopPlaying();
    stopPlaying = play(window.data, sound?.rate ?? 0, () => {
      stopPlaying = () => undefined;
      onEnd();
    });
    return stopPlaying;
  };
  const refuse = ({ id }: Offer): void => {
    storeAnswer(source, id, { secret: null, takeBack: requests?.takeBack ?? "" });
    draw();
  };
  const send = async (offer: Offer, ticked: readonly OddWindow[], purposes: readonly string[]): Promise<void> => {
    if (sound === null || requests === null) return;
    const secret = newSecret();
    const terms = await digestOf(textOf(offer.terms, purposes));
    // Stored before anything leaves, so that all that leaves can be taken back.
    if (!storeAnswer(source, offer.id, { secret, takeBack: requests.takeBack })) {
      notice = "Nothing was sent: this browser stores nothing for this page, so that nothing could be taken back.";
      requests = null;
      return draw();
    }
    notice = "Sending…";
    draw();
    let sent = 0;
    let problem = "";
    for (const { data } of ticked) {
      problem = await sendWindow(url, { request: offer.id, secret, purposes, terms }, wavOfIntegers(data, sound.rate));
      if (problem !== "") break;
      sent += 1;
    }
    windows = windows.filter((window) => !ticked.includes(window));
    const sentText = `Sent: ${sent === 1 ? "1 sound" : `${sent} sounds`}. A member decides about them.`;
    notice = problem === "" ? sentText : `${sent} of ${ticked.length} sent. ${problem}`;
    draw();
  };
  const takeAllBack = async (): Promise<void> => {
    let problem = "";
    for (const [request, answer] of sentAnswers(source)) {
      const failure = await takeBack(answer.takeBack, answer.secret);
      if (failure === "") storeAnswer(source, request, { ...answer, secret: null });
      else problem = failure;
    }
    notice = problem === "" ? "All that was sent from here is deleted." : `It is not taken back yet. ${problem}`;
    draw();
  };
  const stop = (): void => {
    isOn = false;
    windows = [];
    requests = null;
    draw();
  };
  showSent();
  return {
    begin() {
      if (isOn || sound === null) return;
      isOn = true;
      void ask();
    },
    stop,
    onRun(inputs, counts) {
      if (!isOn || sound === null) return;
      if (Date.now() - lastAsk >= ASK_AGAIN) void ask();
      const [bins, data] = [binsOf(counts), inputs.get(sound.id)];
      const conditions = { requests: requests?.offers.map(({ condition }) => condition) ?? [], ...oddOf(requests) };
      if (bins === null || data === undefined || !isOdd(conditions, bins)) return;
      windows = withWindow(windows, { at: Date.now(), data: new Uint8Array(data.slice(0)), bins });
      draw();
    },
    close() {
      stop();
      stopPlaying();
      clearTimeout(timer);
      remove();
    },
  };
}

const oddOf = (requests: OpenRequests | null): { readonly oddConfidence: number | null } => ({
  oddConfidence: requests?.oddConfidence ?? null,
});

/** The one input of a rune that reads sound alone, and its rate in Hz; null of any other rune. */
function soundOf(inputs: readonly CapabilityRequest[]): { readonly id: number; readonly rate: number } | null {
  const [input] = inputs;
  if (input?.kind !== "SOUND" || inputs.length !== 1 || input.type?.startsWith("i16[") !== true) return null;
  return { id: input.id, rate: input.parameters.hz ?? 16000 };
}
