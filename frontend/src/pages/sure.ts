// A button with data-sure does what is hard to undo: the first press asks, the second one does it.

const QUESTION = "Press again to confirm";
const CONFIRMATION_TIMEOUT = 4000;
/** Milliseconds in which nobody has read the question: a press in them belongs to the one that asked. */
const UNREAD = 500;

/** The buttons that have asked and wait for the second press. */
const pending = new WeakSet<HTMLButtonElement>();

/** Listens at the document: so a button asks too that comes later, with a part of the page that is read anew. */
export function sureButtons(): void {
  document.addEventListener(
    "click",
    (event) => {
      const { target } = event;
      const button = target instanceof Element ? target.closest<HTMLButtonElement>("button[data-sure]") : null;
      if (button === null) return;
      if (!pending.has(button)) {
        event.preventDefault();
        ask(button);
      }
      // A double click by touch, or Enter that is held down, counts no clicks: the time alone tells.
      else if (button.ariaDisabled === "true" || event.detail > 1) event.preventDefault();
    },
    // Before any other script takes the press for a confirmed one.
    true,
  );
}

function ask(button: HTMLButtonElement): void {
  const before = [...button.childNodes];
  const label = button.ariaLabel;
  pending.add(button);
  // A button may bring its own question, which names what ends.
  const named = button.dataset["sure"];
  button.replaceChildren(named ? `${named} ${QUESTION}` : QUESTION);
  // A label is read in place of the text, so it must ask too.
  if (label !== null) button.ariaLabel = `${QUESTION}: ${label}`;
  // It keeps the focus, which a button that is disabled loses.
  button.ariaDisabled = "true";
  setTimeout(() => {
    button.ariaDisabled = null;
  }, UNREAD);
  setTimeout(() => {
    pending.delete(button);
    button.replaceChildren(...before);
    button.ariaLabel = label;
  }, CONFIRMATION_TIMEOUT);
}
