// The example inputs that a page brings along, as files of the preview: fetched when they are played.
import { NO_HOST, type PreviewHost } from "../preview";

interface ExampleFile {
  readonly path: string;
  readonly url: string;
}

/** `examples` is what the server wrote into the page. */
export function hostWith(examples: string | undefined): PreviewHost {
  if (examples === undefined) return NO_HOST;
  const files = JSON.parse(examples) as readonly ExampleFile[];
  return { ...NO_HOST, files: files.map(({ path, url }) => ({ path, read: () => fetchFile(url) })) };
}

async function fetchFile(url: string): Promise<Blob> {
  const response = await fetch(url, { credentials: "same-origin" }).catch(() => null);
  if (response?.ok !== true) throw new Error("it could not be fetched.");
  return response.blob();
}
