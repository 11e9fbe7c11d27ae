// Buttons with data-copy put their text on the clipboard and say that they did.

const SAID_FOR = 2000;

/** The usual words of buttons that show others for the moment, and when they show them again. */
const usual = new WeakMap<
  HTMLButtonElement,
  { readonly words: string | null; timer?: ReturnType<typeof setTimeout> }
>();

export function copyButtons(): void {
  showCopyButtons(document);
  // Also for those that come with a part of the page that is read anew.
  document.addEventListener("click", ({ target }) => {
    const button = target instanceof Element ? target.closest<HTMLButtonElement>("button[data-copy]") : null;
    if (button !== null) void copy(button);
  });
}

/** Shows the buttons of a part of the page: without this script they would do nothing. */
export function showCopyButtons(part: ParentNode): void {
  for (const button of part.querySelectorAll<HTMLButtonElement>("button[data-copy]")) button.hidden = false;
}

async function copy(button: HTMLButtonElement): Promise<void> {
  const words = button.querySelector("span");
  if (!words) return;
  const isCopied = await put(button.dataset["copy"] ?? "");
  // A second press comes while the button still says what came of the first.
  const label = usual.get(button) ?? { words: words.textContent };
  usual.set(button, label);
  clearTimeout(label.timer);
  words.textContent = isCopied ? "Copied" : "Select and copy it by hand";
  button.toggleAttribute("data-copied", isCopied);
  const beside = button.previousElementSibling;
  if (!isCopied && beside?.matches("code")) getSelection()?.selectAllChildren(beside);
  label.timer = setTimeout(() => {
    usual.delete(button);
    words.textContent = label.words;
    button.removeAttribute("data-copied");
  }, SAID_FOR);
}

/** Browsers give the clipboard to secure pages only; this machine's own address counts as one. */
async function put(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
