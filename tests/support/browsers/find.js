// The body of a function: the first visible thing of a role, whose name begins with `name` and whose text has `text`.
const [role, name, text, inside] = arguments;
const SELECTORS = {
  application: "[role=application]",
  button: "button, [role=button]",
  dialog: "dialog[open]",
  heading: "h1, h2, h3",
  line: ".cm-line",
  link: "a[href]",
  listitem: "li",
  main: "main",
  option: "[role=option]",
  radio: "input[type=radio]",
  region: "section, [role=region]",
  status: "[role=status]",
  tab: "[role=tab]",
  treeitem: "[role=treeitem]",
  textbox: "input, textarea, [role=textbox]",
  select: "select",
};
const named = (element) => {
  const label = element.getAttribute("aria-label");
  if (label) return label;
  const by = element.getAttribute("aria-labelledby");
  if (by)
    return by
      .split(" ")
      .map((id) => document.getElementById(id)?.textContent ?? "")
      .join(" ");
  if (element.labels?.length) return element.labels[0].textContent;
  return element.textContent;
};
const tidy = (words) => words.replace(/\s+/g, " ").trim();
for (const element of (inside ?? document).querySelectorAll(SELECTORS[role])) {
  const isSeen = element.checkVisibility?.() ?? element.getClientRects().length > 0;
  if (isSeen && tidy(named(element)).startsWith(name) && tidy(element.textContent).includes(text)) return element;
}
return null;
