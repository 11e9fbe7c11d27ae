// The language's documentation as nodes. Its reader is fetched when it is first needed.

export async function documentation(text: string): Promise<HTMLElement> {
  const element = document.createElement("div");
  element.className = "prose documentation";
  // Its card scrolls: with this, by the keyboard too.
  element.tabIndex = 0;
  try {
    const { toHtml } = await import("../../format/markdown");
    element.append(toHtml(text, "", () => ""));
  } catch {
    // Without a connection the reader cannot be fetched: its signs are readable as they are.
    element.textContent = text;
  }
  return element;
}

/** Milliseconds after which what the first load needs has come; the reader is a sixth of it and must not be part of it. */
const AFTERWARDS = 5000;

/** Fetches the reader before it is needed, so that documentation comes at once and without a connection. */
export function prepareDocumentation(): void {
  setTimeout(() => void import("../../format/markdown").catch(() => undefined), AFTERWARDS);
}
