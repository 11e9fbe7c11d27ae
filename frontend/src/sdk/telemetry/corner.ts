// The corner of a page in which questions stand that have no other place. A page that loads a deployment twice asks once.

/** The elements by their name. The first of a name is in the corner. */
const tenants = new Map<string, readonly HTMLElement[]>();
let corner: HTMLElement | null = null;

/** Puts an element into the corner, once no other one of its name is there. Returns what takes it out again. */
export function intoCorner(name: string, element: HTMLElement): () => void {
  element.setAttribute("data-corner", "");
  settle(name, [...(tenants.get(name) ?? []), element]);
  return () => {
    element.remove();
    settle(
      name,
      (tenants.get(name) ?? []).filter((each) => each !== element),
    );
  };
}

function settle(name: string, elements: readonly HTMLElement[]): void {
  const [first] = elements;
  if (first === undefined) tenants.delete(name);
  else tenants.set(name, elements);
  if (tenants.size === 0) {
    corner?.remove();
    corner = null;
  } else if (first !== undefined && !first.isConnected) {
    corner ??= openCorner();
    corner.append(first);
  }
}

function openCorner(): HTMLElement {
  const element = document.createElement("div");
  // Properties that are set by a script need no `style-src`.
  Object.assign(element.style, {
    position: "fixed",
    insetInlineStart: "max(8px, env(safe-area-inset-left))",
    insetBlockEnd: "max(8px, env(safe-area-inset-bottom))",
    maxWidth: "min(360px, calc(100vw - 16px))",
    display: "flex",
    flexDirection: "column",
    alignItems: "start",
    gap: "8px",
    zIndex: "9999",
  });
  document.body.append(element);
  return element;
}
