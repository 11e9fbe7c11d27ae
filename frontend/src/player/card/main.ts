// A card's rune runs when its button is pressed: on its example input, in the place of the card's picture, in a
// sandbox. The code that runs it is fetched then. Without scripts the card leads to the rune's page, where it says what
// it needs.

for (const button of document.querySelectorAll<HTMLButtonElement>("[data-run]")) button.hidden = false;
document.addEventListener("click", ({ target }) => {
  const button = target instanceof Element ? target.closest<HTMLButtonElement>("[data-run]") : null;
  if (button !== null) void run(button);
});

async function run(button: HTMLButtonElement): Promise<void> {
  const card = button.closest(".rune-card");
  const face = card?.querySelector<HTMLElement>("[data-face]");
  const tag = button.dataset["run"];
  if (!card || !face || tag === undefined || button.disabled) return;
  button.disabled = true;
  // A root of React stays with its element: another run gets another one.
  const next = document.createElement("div");
  next.className = "rune-card-face";
  next.dataset["face"] = "";
  face.replaceWith(next);
  try {
    const { showAnswer } = await import("./live");
    showAnswer(next, tag, () => {
      button.disabled = false;
    });
  } catch {
    next.replaceWith(face);
    button.disabled = false;
  }
}
