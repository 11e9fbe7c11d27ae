// A button with data-sure does what is hard to undo: the first press asks, the second one does it.

const CONFIRMATION_TIMEOUT = 4000;

export function sureButtons(root: ParentNode = document): void {
  for (const button of root.querySelectorAll<HTMLButtonElement>("button[data-sure]")) askFirst(button);
}

function askFirst(button: HTMLButtonElement): void {
  const before = [...button.childNodes];
  let isConfirming = false;
  button.addEventListener("click", (event) => {
    if (isConfirming) return;
    event.preventDefault();
    isConfirming = true;
    button.replaceChildren("Press again to confirm");
    setTimeout(() => {
      isConfirming = false;
      button.replaceChildren(...before);
    }, CONFIRMATION_TIMEOUT);
  });
}
