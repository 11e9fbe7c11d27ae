// A button with data-sure does what is hard to undo: the first press asks, the second one does it.

const ASKED_FOR = 4000;

export function sureButtons(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>("button[data-sure]")) askFirst(button);
}

function askFirst(button: HTMLButtonElement): void {
  const before = [...button.childNodes];
  let asked = false;
  button.addEventListener("click", (event) => {
    if (asked) return;
    event.preventDefault();
    asked = true;
    button.replaceChildren("Press again to confirm");
    setTimeout(() => {
      asked = false;
      button.replaceChildren(...before);
    }, ASKED_FOR);
  });
}
