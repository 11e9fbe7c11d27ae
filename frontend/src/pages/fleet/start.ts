// The pages of devices: the search with its terms and suggestions, the drawer, choosing many, what devices do now, and a
// label's link. Each part looks for its own elements; without this the pages are links and forms.
import { Drawer } from "./drawer";
import { fillLabel } from "./label-link";
import { followList } from "./live";
import { choosingMany } from "./many";
import { QuerySearch } from "./query-search";

export function fleetPages(): void {
  const labelForm = document.querySelector<HTMLFormElement>("[data-label-form]");
  if (labelForm !== null) fillLabel(labelForm);
  const page = document.querySelector<HTMLElement>("[data-fleet]");
  if (page === null) return;
  const search = page.querySelector<HTMLInputElement>("[data-fleet-search] input[name=q]");
  if (search !== null) new QuerySearch(search, page.dataset["fleet"] ?? "");
  new Drawer(page);
  choosingMany(page);
  followList(page);
}
