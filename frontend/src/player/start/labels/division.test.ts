// The page of examples counts test recordings in the data, because a training run never reads any.
import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import type { OpenRun, StartServer, StartSettings, Summary } from "../server";
import { StartStore } from "../store";
import { UseInApp } from "../use/UseInApp";
import { Division } from "./Examples";

const SETTINGS: StartSettings = {
  project: "acme/door-knock",
  title: "Door knock",
  kind: "sound",
  recipe: "sound",
  question: "What should it hear?",
  example: "knock",
  needed: 10,
  background: "background",
  longestLabel: 60,
  boards: [],
  board: "",
  examples: { count: 12, origin: "computed" },
  asksForReview: false,
  terms: { purposes: [], days: 30, text: "", line: "" },
};

const summaryOf = (test: number): Summary => ({
  revision: 3,
  restricted: false,
  samples: 20 + test,
  unlabelled: 0,
  disputed: 0,
  milliseconds: 1000,
  labels: [],
  groups: [{ number: 1, name: "Person 1" }],
  devices: [],
  splits: [
    { split: "train", samples: 16, groups: 1 },
    { split: "validation", samples: 4, groups: 1 },
    { split: "test", samples: test, groups: 1 },
  ],
  shortage: null,
  warnings: [],
  advice: [],
  accuracy_computed: 0,
});

/** A finished run as the server sends it: it read no test recording, so it counts none. */
const RUN = {
  number: 1,
  state: "finished",
  samples: { train: { knock: 16 }, validation: { knock: 4 } },
} as Partial<OpenRun>;

function useInApp(summary: Summary): string {
  const store = new StartStore({} as StartServer, SETTINGS);
  return renderToStaticMarkup(
    createElement(UseInApp, { store, run: RUN as OpenRun, summary, threshold: null, isNext: true }),
  );
}

test("the division counts the test recordings of the data, also before any run", () => {
  const html = renderToStaticMarkup(createElement(Division, { summary: summaryOf(12), project: SETTINGS.project }));
  expect(html).toContain("16 train · 4 validation · 12 test");
});

test("the build is said to be tested exactly where recordings are kept apart", () => {
  expect(useInApp(summaryOf(12))).toContain("tests the build once");
  expect(useInApp(summaryOf(0))).toContain("No recording is kept apart");
});

test("recordings without a split have no division", () => {
  const summary = { ...summaryOf(0), splits: [] };
  const html = renderToStaticMarkup(createElement(Division, { summary, project: SETTINGS.project }));
  expect(html).not.toContain("train");
});
