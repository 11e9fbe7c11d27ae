// The aims that a project's builds can have, in words, with the figures of earlier builds.
import type { TargetBuild, Match, Optimize, Targets } from "../../api/schema";
import { sizeText } from "../../look/quantities";
import { count } from "../format/quantities";

export type Manner = Pick<Targets, "optimize" | "optimize_packages" | "match">;

export interface Choices extends Manner {
  readonly targets: readonly string[];
}

export interface BuildChoice<Value> {
  readonly value: Value;
  readonly name: string;
  readonly description: string;
}

export const RUNES: readonly BuildChoice<Optimize>[] = [
  { value: "size", name: "Size", description: "Layers share their code: the smallest file, several times slower." },
  {
    value: "balanced",
    name: "Size and speed",
    description: "Fast code where it is worth its bytes: quick to load and to run.",
  },
  {
    value: "speed",
    name: "Speed",
    description:
      "The fastest code for each layer, and a second module for browsers in which it is exact: about half the time in about twice the bytes.",
  },
];

export const RESULTS: readonly BuildChoice<Match>[] = [
  {
    value: "litert",
    name: "LiteRT",
    description: "Bit-exact with LiteRT's reference kernels, which support all operators.",
  },
  {
    value: "tflm",
    name: "TFLite Micro",
    description: "Bit-exact with devices that run TFLite Micro. An unsupported operator is an error.",
  },
];

export const LIBRARIES: readonly BuildChoice<Optimize>[] = [
  { value: "size", name: "Little flash", description: "Compiled with -Os." },
  { value: "balanced", name: "Both", description: "Compiled with -O2." },
  { value: "speed", name: "Few instructions", description: "Compiled with -O3." },
];

/** The choices in the project's forge.yml, which go before those of the dialog; "" where it makes none. */
export function policyText(policy: Targets["in_file"]): string {
  if (policy === null) return "";
  const choiceTexts = [
    ...RUNES.filter(({ value }) => value === policy.optimize).map(
      ({ name }) => `the rune is for: ${name.toLowerCase()}`,
    ),
    ...RESULTS.filter(({ value }) => value === policy.match).map(({ name }) => `results of ${name}`),
    ...LIBRARIES.filter(({ value }) => value === policy.optimize_packages).map(
      ({ name }) => `packages are for: ${name.toLowerCase()}`,
    ),
  ];
  return `forge.yml says: ${choiceTexts.join("; ")}. These settings override the choices here.`;
}

/** The present choices, as they are sent. */
export function choicesOf({ optimize, optimize_packages, match, targets }: Targets): Choices {
  const chosenTargets = targets.filter((target) => target.chosen).map((target) => target.name);
  return { optimize, optimize_packages, match, targets: chosenTargets };
}

/** The figures of the newest build with this aim, of those with the same results; "" where there is none. */
export function runeFigures(builds: readonly TargetBuild[], optimize: Optimize, match: Match): string {
  const build = builds.find(({ manner }) => manner.optimize === optimize && manner.match === match);
  if (build === undefined) return "";
  const time =
    build.milliseconds === null ? "" : `, ${build.milliseconds.toPrecision(2)} ms per inference on this server`;
  return `Build ${build.number}: ${sizeText(build.size)}, ${sizeText(build.memory)} of memory${time}`;
}

/** The same of its packages for the targets that are chosen. */
export function packageFigures(
  builds: readonly TargetBuild[],
  { optimize_packages, match, targets }: Omit<Choices, "optimize">,
): string {
  for (const { manner, number, packages } of builds) {
    if (manner.optimize_packages !== optimize_packages || manner.match !== match) continue;
    const needs = packages.filter(({ target }) => targets.includes(target));
    if (needs.length === 0) continue;
    const figures = needs.map(({ target, flash, instructions }) => {
      const runs = instructions === null ? "" : `, ${count(instructions, "instruction")} a run`;
      return `${target} ${instructions === null ? "at least " : ""}${sizeText(flash)} of flash${runs}`;
    });
    return `Build ${number}: ${figures.join("; ")}`;
  }
  return "";
}
