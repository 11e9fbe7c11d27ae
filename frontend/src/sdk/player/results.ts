// A result as the player shows it: the answer, how sure it is, and a bar for each of the highest scores.
import { certaintyText } from "../../look/certainty/certainty";
import type { Result } from "../results";
import { element } from "./parts";

const MOST_BARS = 5;

export function drawResult(place: HTMLElement, { answer, sure, scores, milliseconds }: Result): void {
  const facts = [...(sure === null ? [] : [`${certaintyText(sure)} sure`]), `${milliseconds.toPrecision(2)} ms`];
  const bars = scores.slice(0, MOST_BARS).map(({ label, share }) => {
    const bar = element("progress", { max: "1", value: String(share), "aria-label": label });
    return element("div", { class: "bar", part: "bar" }, element("span", {}, label), bar, certaintyText(share));
  });
  place.replaceChildren(
    element("div", { class: "answer", part: "answer" }, textOf(answer)),
    element("div", { class: "small" }, facts.join(", ")),
    ...bars,
  );
}

function textOf(answer: Result["answer"]): string {
  return typeof answer === "number" ? String(Number(answer.toPrecision(4))) : (answer ?? "");
}
