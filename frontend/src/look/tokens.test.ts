// Holds the colour tokens to what the pages promise: readable contrast in both themes, and one dark theme, not two.
import { describe, expect, test } from "vitest";
import source from "./tokens.css?raw";

/** The custom properties of the first rule after `selector`. */
function tokens(selector: string): Map<string, string> {
  const start = source.indexOf("{", source.indexOf(selector));
  const body = source.slice(start, source.indexOf("}", start));
  return new Map([...body.matchAll(/(--[\w-]+):\s*([^;]+);/g)].map((match) => [match[1] ?? "", match[2] ?? ""]));
}

function luminance(colour: string): number {
  const channels = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255);
  const [red, green, blue] = channels.map((value) =>
    value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * (red ?? 0) + 0.7152 * (green ?? 0) + 0.0722 * (blue ?? 0);
}

/** WCAG 2.2's contrast ratio, 1 to 21. */
function contrast(one: string, other: string): number {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

const light = tokens(":root {");
const dark = tokens('[data-theme="dark"]');

test("the dark theme is the same whether the system or the page asks for it", () => {
  expect([...tokens(':root:not([data-theme="light"])')]).toEqual([...dark]);
});

test("every colour has a light and a dark value", () => {
  expect([...dark.keys()]).toEqual([...light.keys()]);
});

describe.each([
  ["light", light],
  ["dark", dark],
])("in the %s theme", (_, theme) => {
  const colour = (name: string): string => theme.get(name) ?? "";

  test.each(["--text", "--muted", "--faint", "--accent", "--ok", "--warn", "--bad", "--info"])(
    "%s can be read on every ground",
    (name) => {
      for (const ground of ["--bg", "--surface", "--sunken"])
        expect(contrast(colour(name), colour(ground))).toBeGreaterThanOrEqual(4.5);
    },
  );

  test.each(["ok", "warn", "bad", "info", "accent"])("a tag of %s can be read", (name) => {
    expect(contrast(colour(`--${name}`), colour(`--${name}-soft`))).toBeGreaterThanOrEqual(4.5);
  });

  test.each(["--text", "--muted", "--faint"])("%s can be read on what is chosen or warned of", (name) => {
    for (const ground of ["ok", "warn", "bad", "info", "accent"])
      expect(contrast(colour(name), colour(`--${ground}-soft`))).toBeGreaterThanOrEqual(4.5);
  });

  test.each(["--capability", "--block", "--model", "--output"])("a stage's %s can be seen on every ground", (name) => {
    for (const ground of ["--bg", "--surface", "--sunken"])
      expect(contrast(colour(name), colour(ground))).toBeGreaterThanOrEqual(3);
  });

  test("the words of the main action and of a person's mark can be read", () => {
    for (const ground of ["--accent", "--accent-hover"])
      expect(contrast(colour("--on-accent"), colour(ground))).toBeGreaterThanOrEqual(4.5);
    for (const person of ["--person-1", "--person-2", "--person-3"])
      expect(contrast(colour("--on-person"), colour(person))).toBeGreaterThanOrEqual(4.5);
  });

  test("the edge of a field can be seen", () => {
    expect(contrast(colour("--line-field"), colour("--surface"))).toBeGreaterThanOrEqual(3);
  });
});
