// Parts of what stands in a page's place for telemetry: the question, and what the script of samples shows there.
import { PANEL_STYLE } from "./panel-sheet";

/** An element whose box shows parts, and is hidden without them. */
export interface Panel {
  readonly element: HTMLElement;
  readonly show: (...parts: readonly Node[]) => void;
}

/** Opens a hidden panel with a name for readers of screens, and with further rules of style. Its colours are those of the place where it stands. */
export function openPanel(label: string, style = ""): Panel {
  const host = document.createElement("div");
  host.hidden = true;
  const root = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(PANEL_STYLE + style);
  root.adoptedStyleSheets = [sheet];
  const box = node("div", { class: "box", role: "group", "aria-label": label, "aria-live": "polite" });
  root.append(box);
  return {
    element: host,
    // Focus follows the person's own press, and is taken from nothing else.
    show(...parts) {
      const hadFocus = root.activeElement !== null;
      box.replaceChildren(...parts);
      host.hidden = parts.length === 0;
      if (hadFocus) box.querySelector("button")?.focus();
    },
  };
}

export function press(text: string, onPress: () => void): HTMLButtonElement {
  const button = node("button", { type: "button" }, text);
  button.addEventListener("click", onPress);
  return button;
}

export function node<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Readonly<Record<string, string>>,
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, value);
  element.append(...children);
  return element;
}
