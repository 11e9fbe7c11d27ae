// The question whether sounds may be sent: who asks for what, each window to hear and to tick, the purposes, and the terms
// as they are with these purposes. It covers nothing that the page needs and takes no focus.
import type * as Parts from "../parts";
import { isEnough, textOf, type Offer } from "./offers";
import type { OddWindow } from "./odd-windows";

export interface CardActions {
  readonly send: (windows: readonly OddWindow[], purposes: readonly string[]) => void;
  readonly refuse: () => void;
  /** Plays a window. Returns what stops it; `onEnd` is called once. */
  readonly play: (window: OddWindow, onEnd: () => void) => () => void;
  /** The answer of the rune about a window; "" where it says no label. */
  readonly answerOf: (window: OddWindow) => string;
}

export interface OfferCard {
  readonly offer: Offer;
  readonly nodes: readonly Node[];
  /** Shows further windows, and leaves out those that are gone. What is ticked stays so. */
  readonly setWindows: (windows: readonly OddWindow[]) => void;
}

export function offerCard({ node, press }: typeof Parts, offer: Offer, actions: CardActions): OfferCard {
  const rows = new Map<OddWindow, { readonly box: HTMLInputElement; readonly row: HTMLElement }>();
  let count = 0;
  const list = node("ul", { "aria-label": "Sounds" });
  const terms = node("p", { class: "small" });
  const purposes = offer.terms.purposes.filter(({ is_requested }) => is_requested);
  const purposeBoxes = purposes.map(({ purpose }) => tick(() => refresh(), { value: purpose, checked: "" }));
  const send = press("Send", () => {
    send.disabled = true;
    actions.send(ticked(), allowed());
  });

  const allowed = (): string[] => purposeBoxes.filter(({ checked }) => checked).map(({ value }) => value);
  const ticked = (): OddWindow[] => [...rows].filter(([, { box }]) => box.checked).map(([window]) => window);
  const refresh = (): void => {
    terms.textContent = textOf(offer.terms, allowed());
    const windows = ticked();
    send.disabled = windows.length === 0 || windows.length > offer.most || !isEnough(allowed());
  };
  function tick(onChange: () => void, attributes: Readonly<Record<string, string>>): HTMLInputElement {
    const box = node("input", { type: "checkbox", ...attributes });
    box.addEventListener("change", onChange);
    return box;
  }
  const rowOf = (window: OddWindow): HTMLElement => {
    const name = `Sound ${(count += 1)}`;
    const box = tick(refresh, {});
    let stop: (() => void) | null = null;
    const button = press("Play", () => {
      if (stop !== null) return stop();
      button.textContent = "Stop";
      stop = actions.play(window, () => {
        stop = null;
        button.textContent = "Play";
      });
    });
    button.setAttribute("aria-label", `Play ${name}`);
    const facts = [name, new Date(window.at).toLocaleTimeString(), actions.answerOf(window)];
    const label = node("label", {}, box, facts.filter((fact) => fact !== "").join(", "));
    const row = node("li", { class: "row" }, label, button);
    rows.set(window, { box, row });
    return row;
  };
  refresh();
  return {
    offer,
    nodes: [
      node("b", {}, "May this page send sounds?"),
      node("p", {}, offer.asks),
      node(
        "p",
        { class: "small" },
        `This page keeps its last odd sounds in memory, for ten minutes at most. Hear them, and tick those that may be sent, up to ${offer.most}. Nothing is sent before you press Send.`,
      ),
      list,
      node(
        "ul",
        { "aria-label": "What they may be used for" },
        ...purposes.map(({ allowed: sentence }, index) =>
          node("li", {}, node("label", {}, purposeBoxes[index] ?? "", sentence)),
        ),
      ),
      terms,
      node("div", { class: "row" }, send, press("No", actions.refuse)),
    ],
    setWindows(windows) {
      for (const [window, { row }] of rows) {
        if (windows.includes(window)) continue;
        row.remove();
        rows.delete(window);
      }
      list.append(...windows.filter((window) => !rows.has(window)).map(rowOf));
      refresh();
    },
  };
}
