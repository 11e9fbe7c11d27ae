/** As in styles/phone.css: where one part is shown at a time, and trying comes first. */
const PHONE = "(max-width: 860px)";

export function isNarrow(): boolean {
  return window.matchMedia(PHONE).matches;
}
