import { beforeEach, expect, test, vi } from "vitest";
import { replaceKeepingFocus } from "./keep-focus";

let targets: object[] = [];

beforeEach(() => {
  targets = [];
});

function element(tagName: string, action: string, textContent = ""): HTMLElement {
  const form = { getAttribute: () => action };
  const self: object = {
    id: "",
    tagName,
    textContent,
    focus: () => targets.push(self),
    closest: () => form,
    getAttribute: () => null,
  };
  return self as HTMLElement;
}

function part(...elements: readonly HTMLElement[]): HTMLElement {
  return {
    querySelectorAll: () => elements,
    contains: (other: HTMLElement) => elements.includes(other),
    replaceWith: () => undefined,
  } as unknown as HTMLElement;
}

test("the focus goes on at the button of the same form, and at the same one of several", () => {
  const current = [element("BUTTON", "/stop"), element("BUTTON", "/cancel"), element("BUTTON", "/cancel")] as const;
  const next = [element("BUTTON", "/cancel"), element("BUTTON", "/cancel"), element("SUMMARY", "", "Log")] as const;
  vi.stubGlobal("document", { activeElement: current[2] });
  replaceKeepingFocus(part(...current), part(...next));
  expect(targets.map((each) => each === next[1])).toEqual([true]);
});

test("a summary is known by its words", () => {
  const current = element("SUMMARY", "", "Log");
  const next = [element("SUMMARY", "", "Recipe"), element("SUMMARY", "", "Log")] as const;
  vi.stubGlobal("document", { activeElement: current });
  replaceKeepingFocus(part(current), part(...next));
  expect(targets.map((each) => each === next[1])).toEqual([true]);
});
