// Markdown to safe HTML: no HTML of the text's own, no scripts, no styles, links that cannot reach into this page.
import DOMPurify from "dompurify";
import MarkdownIt from "markdown-it";

const markdown = new MarkdownIt({ html: false, linkify: true });

/** Columns say their side by a class: the page's policy allows no style attributes. */
markdown.core.ruler.push("sides", (state) => {
  for (const token of state.tokens) {
    const style = token.attrGet("style");
    if (typeof style !== "string") continue;
    token.attrs = (token.attrs ?? []).filter(([name]) => name !== "style");
    token.attrJoin("class", style.includes("right") ? "right" : style.includes("center") ? "centre" : "left");
  }
});

/** The normal path of a link between files of the project, or null for one that leads elsewhere. */
export function linkedFile(link: string, from: string): string | null {
  if (/^[a-z][a-z0-9+.-]*:|^\/|^#|^\?/i.test(link) || link === "") return null;
  let plain: string;
  try {
    plain = decodeURIComponent(link.replace(/[?#].*$/, ""));
  } catch {
    return null;
  }
  const parts = from.split("/").slice(0, -1);
  for (const part of plain.split("/")) {
    if (part === "..") {
      if (parts.pop() === undefined) return null;
    } else if (part !== "." && part !== "") parts.push(part);
  }
  return parts.length === 0 ? null : parts.join("/");
}

/** The page of a Markdown text at `path`. `address` gives where a file of the project is read. */
export function toHtml(text: string, path: string, address: (file: string) => string): DocumentFragment {
  const page = DOMPurify.sanitize(markdown.render(text), {
    RETURN_DOM_FRAGMENT: true,
    USE_PROFILES: { html: true },
    FORBID_TAGS: ["style", "form", "input", "button", "textarea", "select", "video", "audio", "source"],
    FORBID_ATTR: ["style", "id", "name", "srcset"],
  });
  for (const picture of page.querySelectorAll("img")) {
    const file = linkedFile(picture.getAttribute("src") ?? "", path);
    // Pictures of other servers would tell them who reads this.
    if (file === null) picture.replaceWith(picture.alt);
    else picture.src = address(file);
  }
  for (const link of page.querySelectorAll("a")) {
    const file = linkedFile(link.getAttribute("href") ?? "", path);
    if (file === null) {
      link.target = "_blank";
      link.rel = "noopener noreferrer nofollow";
    } else {
      link.dataset["file"] = file;
    }
  }
  // Elements that scroll sideways must be in reach of the keyboard.
  for (const block of page.querySelectorAll("pre")) block.tabIndex = 0;
  return page;
}
