// Small parts of the player's page.

export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const node = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) node.setAttribute(attribute, value);
  node.append(...children);
  return node;
}

export function button(text: string, onPress: () => void): HTMLButtonElement {
  const node = element("button", { type: "button", part: "button" }, text);
  node.addEventListener("click", onPress);
  return node;
}
