import { beforeEach, expect, test, vi } from "vitest";
import { replaceKeepingFocus } from "./keep-focus";

let focused: object[] = [];

beforeEach(() => {
  focused = [];
});

function element(tagName: string, action: string, textContent = ""): HTMLElement {
  const form = { getAttribute: () => action };
  const self: object = {
    id: "",
    tagName,
    textContent,
    focus: () => focused.push(self),
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
  const shown = [element("BUTTON", "/stop"), element("BUTTON", "/cancel"), element("BUTTON", "/cancel")] as const;
  const next = [element("BUTTON", "/cancel"), element("BUTTON", "/cancel"), element("SUMMARY", "", "Log")] as const;
  vi.stubGlobal("document", { activeElement: shown[2] });
  replaceKeepingFocus(part(...shown), part(...next));
  expect(focused.map((each) => each === next[1])).toEqual([true]);
});

test("a summary is known by its words", () => {
  const shown = element("SUMMARY", "", "Log");
  const next = [element("SUMMARY", "", "Recipe"), element("SUMMARY", "", "Log")] as const;
  vi.stubGlobal("document", { activeElement: shown });
  replaceKeepingFocus(part(shown), part(...next));
  expect(focused.map((each) => each === next[1])).toEqual([true]);
});
