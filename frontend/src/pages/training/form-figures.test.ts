import { describe, expect, it } from "vitest";
import {
  differingText,
  fieldText,
  figureText,
  matchesQuery,
  isOver,
  isSame,
  sizeArguments,
  sizeWith,
  verdictOf,
  type CountedFigures,
} from "./form-figures";

const counted: CountedFigures = {
  ram: 21900,
  flash: 56900,
  instructions: 3_620_000,
  milliseconds: [30.2, 36.2],
  refusal: "",
  excess: [],
};
const waiting: CountedFigures = { ...counted, ram: null, flash: null, instructions: null, milliseconds: null };
const large: CountedFigures = {
  ...counted,
  excess: [{ figure: "ram", by: 7700, limit: 24000, of: "forge.yml", text: "7.7 kB RAM too much" }],
};

describe("figures", () => {
  it("have units", () => {
    expect(figureText("ram", counted)).toBe("21.9 kB");
    expect(figureText("instructions", counted)).toBe("3.62 M");
    expect(figureText("milliseconds", counted)).toMatch(/^30\.2 ms to 36\.2 ms$|^30 ms to 36 ms$/);
  });

  it("are nothing while they are counted", () => {
    expect(figureText("ram", waiting)).toBe("");
    expect(verdictOf([waiting, counted], "both boards")).toBeNull();
  });

  it("fit, or say by how much they do not", () => {
    expect(verdictOf([counted], "Raspberry Pi Pico")).toEqual({ text: "Fits Raspberry Pi Pico", isBad: false });
    expect(verdictOf([counted, large], "both boards")).toEqual({ text: "7.7 kB RAM too much", isBad: true });
    expect([isOver("ram", large), isOver("flash", large)]).toEqual([true, false]);
  });
});

describe("arguments", () => {
  it("that differ are counted and named", () => {
    expect(differingText([], "Small")).toBe("");
    expect(differingText(["Learning rate"], "Small")).toBe("1 differs from Small: learning rate");
    expect(differingText(["Dropout", "Blocks"], "Small")).toBe("2 differ from Small: dropout, blocks");
  });

  it("are the same in any form of the number", () => {
    expect(isSame("30.0", "30")).toBe(true);
    expect(isSame("", "0")).toBe(false);
    expect(isSame("x", "0")).toBe(false);
    expect([fieldText(0.07, true), fieldText(0.003, false)]).toEqual(["7", "0.003"]);
  });

  it("are found by all words of a question", () => {
    expect(matchesQuery("Kernel size frames", "size kern")).toBe(true);
    expect(matchesQuery("Kernel size frames", "size blocks")).toBe(false);
  });

  it("belong to the size that has them", () => {
    const sizes = [
      { name: "small", arguments: { filters: 24, epochs: 60 } },
      { name: "balanced", arguments: { filters: 48, epochs: 60 } },
    ];
    expect(sizeArguments(sizes)).toEqual(["filters"]);
    expect(sizeWith(sizes, ["filters"], new Map([["filters", 48]]))).toBe("balanced");
    expect(sizeWith(sizes, ["filters"], new Map([["filters", 50]]))).toBeNull();
  });
});
