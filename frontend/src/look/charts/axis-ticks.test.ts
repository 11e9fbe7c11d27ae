import { describe, expect, it } from "vitest";
import { tickTexts } from "./axis-ticks";

describe("the texts of an axis' ticks", () => {
  it.each<[readonly number[], string, number, readonly string[]]>([
    [[0, 0.2, 0.4], "", 1, ["0.0", "0.2", "0.4"]],
    [[0.98, 0.985, 0.99], "%", 0.01, ["98.0 %", "98.5 %", "99.0 %"]],
    [[0, 0.0001, 0.0002], "", 1, ["0.0000", "0.0001", "0.0002"]],
    [[0, 2e-8, 4e-8], "", 1, ["0", "2e-8", "4e-8"]],
    [[1e9, 1.25e9], "", 1, ["1e9", "1.25e9"]],
    [[-0.001, 0, 0.001], "", 1, ["-0.001", "0.000", "0.001"]],
    [[20_000, 20_500], "kB", 1000, ["20.0 kB", "20.5 kB"]],
    [[0], "", 1, ["0"]],
    [[], "", 1, []],
  ])("tell %j apart", (ticks, unit, divisor, texts) => {
    expect(tickTexts(ticks, unit, divisor)).toEqual(texts);
  });
});
