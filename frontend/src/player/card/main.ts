// A card says what its rune answers on its example input, once the page rests and the card is in sight; pressed, it plays
// the example. Both in the place of the card's picture and in a sandbox; the code that does it is fetched then. Without
// scripts the card leads to the rune's page, where it says what it needs. The card of a template, [data-template-rune],
// answers its own recording in the same way, and without scripts it shows its icon.
import { atRest } from "../at-rest";
import { InSight } from "./in-sight";

for (const button of document.querySelectorAll<HTMLButtonElement>("[data-run]")) button.hidden = false;
document.addEventListener("click", ({ target }) => {
  const button = target instanceof Element ? target.closest<HTMLButtonElement>("[data-run]") : null;
  if (button !== null) void run(button);
});

const answers = new InSight(answer, atRest);
const watcher = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    if (isIntersecting) answers.enter(target);
    else answers.leave(target);
  }
});
if (!savesData()) for (const card of document.querySelectorAll("[data-answers]")) watcher.observe(card);

async function run(button: HTMLButtonElement): Promise<void> {
  const card = button.closest(".rune-card");
  const face = card?.querySelector<HTMLElement>("[data-face]");
  const tag = button.dataset["run"];
  if (!card || !face || tag === undefined || button.disabled) return;
  watcher.unobserve(card);
  answers.leave(card);
  button.disabled = true;
  // A root of React stays with its element: another run gets another one.
  const next = document.createElement("div");
  next.className = "rune-card-face";
  next.dataset["face"] = "";
  face.replaceWith(next);
  try {
    const { runHere } = await import("./live");
    runHere(next, tag, () => {
      button.disabled = false;
    });
  } catch {
    next.replaceWith(face);
    button.disabled = false;
  }
}

/** A card whose rune answers nothing, or needs an interpreter, stays as it is. */
async function answer(card: Element): Promise<void> {
  watcher.unobserve(card);
  const face = card.querySelector<HTMLElement>("[data-face]");
  const tag = card.querySelector<HTMLElement>("[data-run]")?.dataset["run"];
  const { templateRune, examples } = (card as HTMLElement).dataset;
  if (face === null) return;
  try {
    if (templateRune !== undefined) {
      const { showTemplate } = await import("./template");
      await showTemplate(face, templateRune, examples);
    } else if (tag !== undefined) {
      const { showAnswer } = await import("./live");
      await showAnswer(face, tag);
    }
  } catch {
    // Run shows the reason.
  }
}

/** Whether the person wants pages to fetch no more than they must. */
function savesData(): boolean {
  const { connection } = navigator as Navigator & { readonly connection?: { readonly saveData?: boolean } };
  return connection?.saveData === true;
}
