/** The menu of the documentation, which is longer than the window, begins where the page stands in it. */
export function docsMenu(): void {
  const menu = document.querySelector<HTMLElement>(".docs-pages");
  const current = menu?.querySelector<HTMLElement>("[aria-current]");
  if (!menu || !current) return;
  menu.scrollTop = current.offsetTop - menu.offsetTop - menu.clientHeight / 2;
}
