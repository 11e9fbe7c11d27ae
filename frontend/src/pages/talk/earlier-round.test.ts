import { expect, test } from "vitest";
import { stopVerdictsOnAnEarlierRound } from "./earlier-round";

/** A page with two buttons for verdicts, whose form names `round`; null is a page without the form. */
function pageOf(round: string | null, newest: string | null) {
  const sentence = newest === null ? null : { dataset: { newestRound: newest }, hidden: true };
  const parts: Record<string, unknown> = {
    "[data-newest-round]": sentence,
    "#respond input[name=round]": round === null ? null : { value: round },
  };
  const buttons = [{ disabled: false }, { disabled: false }];
  const page = {
    querySelector: (selector: string) => parts[selector] ?? null,
    querySelectorAll: (selector: string) => (selector === "button[form=respond][name=verdict]" ? buttons : []),
  } as unknown as ParentNode;
  return { page, sentence, buttons };
}

// protects: reviews/unseen-build
test("a page of round 1 takes no verdict once its conversation says that round 2 began", () => {
  const { page, sentence, buttons } = pageOf("1", "2");
  stopVerdictsOnAnEarlierRound(page, page);
  expect(sentence?.hidden).toBe(false);
  expect(buttons).toEqual([{ disabled: true }, { disabled: true }]);
});

test("a page of the newest round, and one without a form for verdicts, stay as they are", () => {
  for (const [round, newest] of [
    ["2", "2"],
    [null, "2"],
    ["2", null],
  ] as const) {
    const { page, sentence, buttons } = pageOf(round, newest);
    stopVerdictsOnAnEarlierRound(page, page);
    expect(sentence?.hidden ?? true).toBe(true);
    expect(buttons).toEqual([{ disabled: false }, { disabled: false }]);
  }
});
