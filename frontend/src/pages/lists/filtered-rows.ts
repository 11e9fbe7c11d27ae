// A long list of boxes to tick, with data-filter-rows, gets a field above it: rows stay that have what is typed, and those that are ticked.
import { matching } from "./select-search";

const MANY = 12;

export function filteredRows(): void {
  for (const list of document.querySelectorAll<HTMLElement>("[data-filter-rows]")) {
    const rows = [...list.querySelectorAll<HTMLLabelElement>("label")].map((row) => ({ row, text: row.textContent }));
    if (rows.length < MANY) continue;
    const field = document.createElement("input");
    field.className = "input";
    field.type = "search";
    field.placeholder = "Type to search";
    field.setAttribute("aria-label", `Search: ${list.getAttribute("aria-label") ?? "the list"}`);
    field.addEventListener("input", () => {
      const matchingRows = new Set(matching(rows, field.value).map(({ row }) => row));
      for (const { row } of rows) row.hidden = !matchingRows.has(row) && row.querySelector("input:checked") === null;
    });
    list.before(field);
  }
}
