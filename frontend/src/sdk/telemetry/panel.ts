// The question whether counts may be sent, and the control that changes the answer. It covers nothing that the page needs
// and takes no focus. Its colours are those of the place where it stands; in the corner of a page, those of the system.
import type { Consent } from "./consent";
import { node, openPanel, press } from "./parts";

export interface PanelActions {
  readonly answer: (consent: Consent) => void;
  /** The person wants to change the answer. */
  readonly reopen: () => void;
}

export interface ConsentPanel {
  readonly element: HTMLElement;
  /** Asks: to whom counts go, and the address that lists their bytes. */
  readonly ask: (receiver: string, about: string) => void;
  readonly showAnswer: (consent: Consent) => void;
}

export function consentPanel({ answer, reopen }: PanelActions): ConsentPanel {
  const { element, show } = openPanel("Counts of answers");
  return {
    element,
    ask(receiver, about) {
      const link = node("a", { href: about, target: "_blank", rel: "noopener noreferrer" }, "Each byte that is sent");
      show(
        node("b", {}, "May this page send counts?"),
        node(
          "p",
          {},
          `It counts which answers the model gives here, how sure it is, and how large the measured values are. May it send these counts to ${receiver}? `,
          "It sends no sound, no picture, and nothing that says who you are. ",
          link,
        ),
        node(
          "div",
          { class: "row" },
          press("Yes", () => answer("granted")),
          press("No", () => answer("refused")),
        ),
      );
    },
    showAnswer(consent) {
      const change = press("Change", reopen);
      change.className = "quiet";
      show(
        node(
          "div",
          { class: "row small" },
          consent === "granted" ? "Counts are sent." : "Counts are not sent.",
          change,
        ),
      );
    },
  };
}
