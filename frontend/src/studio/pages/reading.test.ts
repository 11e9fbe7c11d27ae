import { expect, it } from "vitest";
import { hasModels } from "./reading";

it.each([
  "models:\n  a.tflite:\n",
  "# of the team\nlimits:\n  size: 1 MB\nmodels :\n",
  '"models": {}',
  "{models: {}}",
  "{limits: {}, models: {}}",
])("finds the section models in %j", (text) => {
  expect(hasModels(text)).toBe(true);
});

it.each(["", "# models:\n", "limits:\n  models:\n", "more-models: 1\n", "data:\n  of: [models, others]\n"])(
  "finds no section models in %j",
  (text) => {
    expect(hasModels(text)).toBe(false);
  },
);
