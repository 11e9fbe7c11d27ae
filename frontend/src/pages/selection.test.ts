import { expect, test } from "vitest";

import { missingNeeds, selections, takeWords } from "./selection";

function form(): HTMLFormElement {
  document.body.innerHTML = `<form data-selection>
    <input type="checkbox" name="keys" value="stage:sure" data-change="sure" data-needs="" checked>
    <input type="checkbox" name="keys" value="stage:answer" data-change="answer" data-needs="sure" checked>
    <b data-selection-count></b><p data-selection-note>Built together.</p>
    <button value="take"><span data-selection-take>Take</span></button></form>`;
  return document.querySelector("form") as HTMLFormElement;
}

test("the words name the number of changes", () => {
  expect([takeWords(3, 4), takeWords(4, 4), takeWords(1, 4), takeWords(1, 1), takeWords(0, 4)]).toEqual([
    "Take these 3",
    "Take all 4",
    "Take this 1",
    "Take this change",
    "Take none",
  ]);
});

test("a change that is left out is named where another one needs it, before anything is sent", () => {
  const element = form();
  selections();
  const button = element.querySelector("button") as HTMLButtonElement;
  expect(element.textContent).toContain("2 of 2 chosen");
  expect(button.disabled).toBe(false);
  const [sure] = element.querySelectorAll("input");
  (sure as HTMLInputElement).click();
  expect(element.textContent).toContain("1 of 2 chosen");
  expect(element.textContent).toContain("answer needs sure. Take both, or neither.");
  expect(button.disabled).toBe(true);
  (sure as HTMLInputElement).click();
  expect(element.textContent).toContain("Built together.");
  expect(missingNeeds([...element.querySelectorAll("input")])).toBeNull();
});
