import type { Diagnostic, Preview, PreviewBuild } from "../../../api/schema";
import { describe, expect, test } from "vitest";
import { editState, previewStatus } from "./status";

const BUILD: PreviewBuild = {
  id: "p",
  version: "v",
  rune_url: "/r",
  rune_digest: "d",
  size: 1,
  memory: 1,
  created: "",
};

function preview(parts: Partial<Preview>): Preview {
  return {
    sequence: 1,
    state: "ready",
    diagnostics: [],
    outline: { nodes: [], wires: [] },
    current: true,
    error: null,
    build: BUILD,
    ...parts,
  };
}

function problem(file: string, line: number, severity: Diagnostic["severity"] = "error"): Diagnostic {
  const place = { line, column: 1, offset: 0 };
  return { severity, code: "RUNE0001", message: "", file, span: { start: place, end: place }, notes: [], fixes: [] };
}

describe("while the text is broken", () => {
  test("the old version runs on, until the line of the first error is fixed", () => {
    const status = previewStatus(
      preview({
        state: "broken",
        current: false,
        diagnostics: [problem("Runefile.yml", 3, "warning"), problem("Runefile.yml", 12)],
      }),
      "checked",
      true,
    );
    expect(status.text).toBe("Running the previous version until Runefile.yml, line 12, is fixed");
    expect(status.problem?.span.start.line).toBe(12);
  });

  test("an error in another file is named with it", () => {
    expect(
      previewStatus(preview({ state: "broken", diagnostics: [problem("labels.txt", 2)] }), "checked", true).text,
    ).toContain("until labels.txt, line 2, is fixed");
  });

  test("nothing runs when nothing was ever built", () => {
    expect(
      previewStatus(
        preview({ state: "broken", build: null, diagnostics: [problem("Runefile.yml", 1)] }),
        "checked",
        true,
      ).text,
    ).toBe("Nothing runs until Runefile.yml, line 1, is fixed");
  });
});

test("the way of an edit to the running rune is reported step by step", () => {
  expect(previewStatus(preview({ state: "broken" }), "signed-out", true).text).toBe("Sign in again to run your edit");
  expect(previewStatus(preview({}), "offline", true).text).toBe("Your edit is sent when the connection is back");
  expect(previewStatus(preview({}), "saving", true).text).toBe("Saving your edit…");
  expect(previewStatus(preview({ state: "checking", current: false }), "checked", true).text).toBe(
    "Checking your edit…",
  );
  // The checked text is older than the newest one: another check is on its way.
  expect(previewStatus(preview({ current: false }), "checked", true).text).toBe("Checking your edit…");
  expect(previewStatus(preview({ state: "building", current: false }), "checked", true).text).toBe(
    "Building your edit…",
  );
  expect(previewStatus(preview({}), "checking", true).text).toBe("Checking your edit…");
  expect(previewStatus(preview({}), "checked", false).text).toBe("Starting the new version…");
  expect(previewStatus(preview({}), "checked", true)).toMatchObject({ tone: "ok", text: "Up to date" });
});

test("a build that failed gives its reason and says what runs", () => {
  expect(previewStatus(preview({ state: "failed", error: "Anvil lacks SVDF." }), "checked", true).text).toBe(
    "Anvil lacks SVDF. The previous version is still running.",
  );
});

test("an edit is followed from this page to the check", () => {
  expect(editState({ save: "saving", ahead: true }, false)).toBe("saving");
  expect(editState({ save: "offline-unsent", ahead: true }, false)).toBe("offline");
  expect(editState({ save: "saved", ahead: true }, false)).toBe("checking");
  expect(editState({ save: "saved", ahead: false }, false)).toBe("checked");
  expect(editState({ save: "saving", ahead: false }, true)).toBe("signed-out");
  // Nothing is lost by signing out with all of it stored and checked.
  expect(editState({ save: "offline", ahead: false }, true)).toBe("checked");
});
