import { expect, test } from "vitest";
import type { TargetBuild, Targets } from "../../api/schema";
import { choicesOf, policyText, packageFigures, runeFigures } from "./build-choices";

const BALANCED = { optimize: "balanced", optimize_packages: "balanced", match: "litert" } as const;
const BUILDS: readonly TargetBuild[] = [
  {
    number: 9,
    manner: { ...BALANCED, optimize: "speed" },
    size: 238_000,
    memory: 54_000,
    milliseconds: 0.412,
    packages: [],
  },
  {
    number: 7,
    manner: BALANCED,
    size: 118_000,
    memory: 54_000,
    milliseconds: null,
    packages: [
      { target: "c", flash: 96_000, ram: 1, instructions: null },
      { target: "cortex-m4", flash: 37_761, ram: 14_618, instructions: 5_426_115 },
    ],
  },
];

test("what is chosen is sent as it is shown", () => {
  const targets: Targets = {
    ...BALANCED,
    targets: [
      { name: "c", summary: "", boards: "", chosen: false },
      { name: "cortex-m4", summary: "", boards: "", chosen: true },
    ],
    builds: BUILDS,
    in_file: null,
  };
  expect(choicesOf(targets)).toEqual({ ...BALANCED, targets: ["cortex-m4"] });
});

test("beside a choice stands what the newest build with it came to", () => {
  expect(runeFigures(BUILDS, "speed", "litert")).toBe(
    "Build 9: 238 kB, 54 kB of memory, 0.41 ms per inference on this server",
  );
  expect(runeFigures(BUILDS, "balanced", "litert")).toBe("Build 7: 118 kB, 54 kB of memory");
  expect(runeFigures(BUILDS, "size", "litert")).toBe("");
  expect(runeFigures(BUILDS, "speed", "tflm")).toBe("");
});

test("packages are shown for the chosen targets", () => {
  const choices = { ...BALANCED, targets: ["cortex-m4"] };
  expect(packageFigures(BUILDS, choices)).toBe("Build 7: cortex-m4 37.8 kB of flash, 5,426,115 instructions a run");
  expect(packageFigures(BUILDS, { ...choices, targets: ["c"] })).toBe("Build 7: c at least 96 kB of flash");
  expect(packageFigures(BUILDS, { ...choices, targets: [] })).toBe("");
  expect(packageFigures(BUILDS, { ...choices, optimize_packages: "size" })).toBe("");
});

test("settings of forge.yml are shown, since they override the choice", () => {
  expect(policyText(null)).toBe("");
  expect(policyText({ optimize: "size", optimize_packages: null, match: "tflm" })).toBe(
    "forge.yml says: the rune is for: size; results of TFLite Micro. These settings override the choices here.",
  );
  expect(policyText({ optimize: null, optimize_packages: "speed", match: null })).toContain(
    "packages are for: few instr",
  );
});
