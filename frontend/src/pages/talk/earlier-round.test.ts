import { expect, test } from "vitest";
import { stopVerdictsOnAnEarlierRound } from "./earlier-round";

/** A page with two buttons for verdicts, whose form names `round`; null is a page without the form. */
function pageOf(round: string | null, newest: string | null) {
  const words = { cloneNode: () => "Round 2 began" };
  const sentence = newest === null ? null : { dataset: { newestRound: newest }, hidden: true, childNodes: [words] };
  const bar = { hidden: true, words: [] as unknown[], replaceChildren: (...nodes: unknown[]) => (bar.words = nodes) };
  const every: Record<string, unknown[]> = { "[data-ending]": [bar] };
  const parts: Record<string, unknown> = {
    "[data-newest-round]": sentence,
    "#respond input[name=round]": round === null ? null : { value: round },
  };
  const buttons = [{ disabled: false }, { disabled: false }];
  every["button[form=respond][name=verdict]"] = buttons;
  const page = {
    querySelector: (selector: string) => parts[selector] ?? null,
    querySelectorAll: (selector: string) => every[selector] ?? [],
  } as unknown as ParentNode;
  return { page, sentence, buttons, bar };
}

// protects: reviews/unseen-build
test("a page of round 1 takes no verdict once its conversation says that round 2 began", () => {
  const { page, sentence, buttons, bar } = pageOf("1", "2");
  stopVerdictsOnAnEarlierRound(page, page);
  expect(sentence?.hidden).toBe(false);
  expect([bar.hidden, bar.words]).toEqual([false, ["Round 2 began"]]);
  expect(buttons).toEqual([{ disabled: true }, { disabled: true }]);
});

test("a page of the newest round, and one without a form for verdicts, stay as they are", () => {
  for (const [round, newest] of [
    ["2", "2"],
    [null, "2"],
    ["2", null],
  ] as const) {
    const { page, sentence, buttons, bar } = pageOf(round, newest);
    stopVerdictsOnAnEarlierRound(page, page);
    expect(sentence?.hidden ?? true).toBe(true);
    expect(bar.hidden).toBe(true);
    expect(buttons).toEqual([{ disabled: false }, { disabled: false }]);
  }
});
