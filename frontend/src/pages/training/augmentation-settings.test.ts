import { describe, expect, it } from "vitest";
import { settingsOf } from "./augmentation-settings";

const form = (values: Readonly<Record<string, string>>): FormData => {
  const data = new FormData();
  for (const [name, value] of Object.entries(values)) data.set(name, value);
  return data;
};

describe("the settings of the form", () => {
  it("are the arguments that are written, as numbers", () => {
    const settings = settingsOf(
      form({ recipe: "motion", "argument-turn": " 10.5 ", "argument-hop": "", seed: "7" }),
      0,
    );
    expect(settings.recipe).toBe("motion");
    expect(settings.arguments).toEqual({ turn: 10.5 });
    expect(settings.seed).toBe(7);
    expect(settings.begins_with_model).toBe(false);
  });

  it("are shares where a field is in per cent, and 0 or 1 where it is a switch", () => {
    const data = form({ recipe: "keywords", "percent-dropout": "7" });
    data.append("argument-stream", "0");
    data.append("argument-stream", "1");
    data.append("argument-balance", "0");
    expect(settingsOf(data, 0).arguments).toEqual({ dropout: 0.07, stream: 1, balance: 0 });
  });

  it("name a version by its number, and one of another project by its digest", () => {
    const own = settingsOf(form({ recipe: "motion", version: "3" }), 0);
    expect([own.version, own.data_digest]).toEqual([3, ""]);
    const other = settingsOf(form({ recipe: "motion", version: "sha256:ab" }), 0);
    expect([other.version, other.data_digest]).toEqual([null, "sha256:ab"]);
  });

  it("give other draws by another seed", () => {
    expect(settingsOf(form({ recipe: "motion", seed: "7" }), 2).seed).toBe(9);
    expect(settingsOf(form({ recipe: "motion", seed: "seven" }), 1).seed).toBe(1);
  });

  it("say whether the run begins with a model", () => {
    expect(settingsOf(form({ recipe: "keywords", start: "a.keras" }), 0).begins_with_model).toBe(true);
  });
});
