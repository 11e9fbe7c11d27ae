// The welcome page's rune: a few lines that wait until the page is at rest and the place is in sight, and then fetch what
// runs it. Until it has answered, and wherever it cannot run, the picture that the server made stays.
import { atRest } from "../at-rest";

for (const section of document.querySelectorAll<HTMLElement>("[data-live-rune]")) {
  const watcher = new IntersectionObserver((entries) => {
    if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
    watcher.disconnect();
    atRest(() => void import("./live").then(({ runHere }) => runHere(section)));
  });
  watcher.observe(section);
}
