// The example inputs that a page brings along, as files of the preview: fetched when they are played.
import { NO_HOST, type HostFile, type PreviewHost } from "../preview";

interface ExampleFile {
  readonly path: string;
  readonly url: string;
  readonly sample?: HostFile["sample"];
}

/** `examples` is what the server wrote into the page: files, and samples of the project's data. */
export function hostWith(examples: string | undefined): PreviewHost {
  if (examples === undefined) return NO_HOST;
  const all = writtenFiles(examples);
  return { ...NO_HOST, files: all.filter(({ sample }) => !sample), samples: all.filter(({ sample }) => sample) };
}

/** The files of a list that the server wrote into the page. */
export function writtenFiles(examples: string): readonly HostFile[] {
  const files = JSON.parse(examples) as readonly ExampleFile[];
  return files.map(({ path, url, sample }): HostFile => ({
    path,
    read: () => fetchFile(url),
    ...(sample && { sample }),
  }));
}

/** The files of a list of examples that the server gives at `address`, each below it; none where it cannot be reached. */
export async function listedFiles(address: string, signal: AbortSignal): Promise<readonly HostFile[]> {
  const response = await fetch(address, { credentials: "same-origin", signal }).catch(() => null);
  if (response?.ok !== true) return [];
  const { examples } = (await response.json()) as { readonly examples: readonly { readonly path: string }[] };
  return examples.map(({ path }) => {
    const url = `${address}/${path.split("/").map(encodeURIComponent).join("/")}`;
    return { path, read: () => fetchFile(url) };
  });
}

async function fetchFile(url: string): Promise<Blob> {
  const response = await fetch(url, { credentials: "same-origin" }).catch(() => null);
  if (response?.ok !== true) throw new Error("it could not be fetched.");
  return response.blob();
}
