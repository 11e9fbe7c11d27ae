import { describe, expect, it } from "vitest";
import { choiceText } from "./run-choice";

describe("The list of runs", () => {
  it.each([
    [0, "Choose 2 to 4 runs"],
    [1, "1 chosen, choose 2 to 4"],
    [2, "2 chosen"],
    [4, "4 chosen"],
    [5, "5 chosen, choose 2 to 4"],
  ])("says how many of %i runs are missing or too many", (count, text) => {
    expect(choiceText(count, 2, 4)).toBe(text);
  });
});
