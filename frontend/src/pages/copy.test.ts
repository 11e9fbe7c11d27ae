import { expect, test, vi } from "vitest";
import { copyButtons } from "./copy";

test("a button that is pressed twice says in the end what it said at first", async () => {
  vi.useFakeTimers();
  const words = { textContent: "Copy" };
  class Button {
    dataset = { copy: "x" };
    closest = (): this => this;
    querySelector = (): object => words;
    toggleAttribute = (): void => undefined;
    removeAttribute = (): void => undefined;
  }
  let onClick: ((event: object) => void) | undefined;
  vi.stubGlobal("Element", Button);
  vi.stubGlobal("navigator", { clipboard: { writeText: () => Promise.resolve() } });
  vi.stubGlobal("document", {
    querySelectorAll: () => [],
    addEventListener: (_: string, listener: (event: object) => void) => (onClick = listener),
  });
  copyButtons();
  const target = new Button();
  onClick?.({ target });
  await vi.advanceTimersByTimeAsync(1000);
  onClick?.({ target });
  await vi.advanceTimersByTimeAsync(100);
  expect(words.textContent).toBe("Copied");
  await vi.advanceTimersByTimeAsync(5000);
  expect(words.textContent).toBe("Copy");
});
