// The language's documentation as nodes. Its reader is fetched when it is first needed.

export async function documentation(text: string): Promise<HTMLElement> {
  const made = document.createElement("div");
  made.className = "prose documentation";
  // Its card scrolls: with this, by the keyboard too.
  made.tabIndex = 0;
  try {
    const { toHtml } = await import("../../format/markdown");
    made.append(toHtml(text, "", () => ""));
  } catch {
    // Without a connection the reader cannot be fetched: its signs are readable as they are.
    made.textContent = text;
  }
  return made;
}

/** Milliseconds after which what the first load needs has come; the reader is a sixth of it and must not be part of it. */
const AFTERWARDS = 5000;

/** Fetches the reader before it is needed, so that documentation comes at once and without a connection. */
export function prepareDocumentation(): void {
  setTimeout(() => void import("../../format/markdown").catch(() => undefined), AFTERWARDS);
}
