// A menu that is a <details> closes when something else is pressed, or Escape.

export function closingMenus(): void {
  const close = (event: Event): void => {
    for (const menu of document.querySelectorAll<HTMLDetailsElement>("details.menu[open]")) {
      const inside = event.target instanceof Node && menu.contains(event.target);
      if (event instanceof KeyboardEvent ? event.key === "Escape" : !inside) menu.open = false;
    }
  };
  document.addEventListener("click", close);
  document.addEventListener("keydown", close);
}
