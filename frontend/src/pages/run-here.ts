// A card's rune runs when its button is pressed, in a frame of its own over the page: one at a time, and none before.
// Without scripts the card leads to the rune's page, where it says what it needs.

/** What the frame may ask the person for; the frame is a page of this installation. */
const SENSORS = "microphone; camera; accelerometer; gyroscope; magnetometer";

export function runHere(): void {
  const buttons = document.querySelectorAll<HTMLButtonElement>("[data-run]");
  for (const button of buttons) button.hidden = false;
  if (buttons.length === 0) return;
  document.addEventListener("click", ({ target }) => {
    const button = target instanceof Element ? target.closest<HTMLButtonElement>("[data-run]") : null;
    if (button !== null) show(button.dataset["run"] ?? "", button.dataset["name"] ?? "");
  });
}

function show(address: string, name: string): void {
  const dialog = document.createElement("dialog");
  dialog.className = "running";
  dialog.setAttribute("aria-label", `${name}, running`);
  const title = document.createElement("b");
  title.className = "cut";
  title.textContent = name;
  const close = document.createElement("button");
  close.className = "button";
  close.textContent = "Close";
  close.addEventListener("click", () => {
    dialog.close();
  });
  const head = document.createElement("div");
  head.className = "row between";
  head.append(title, close);
  const frame = document.createElement("iframe");
  frame.title = `${name}, running`;
  frame.allow = SENSORS;
  frame.src = address;
  dialog.append(head, frame);
  // What ran ends with the frame: the microphone is let go of, and the next one begins anew.
  dialog.addEventListener("close", () => {
    dialog.remove();
  });
  dialog.addEventListener("click", ({ target }) => {
    if (target === dialog) dialog.close();
  });
  document.body.append(dialog);
  dialog.showModal();
}
