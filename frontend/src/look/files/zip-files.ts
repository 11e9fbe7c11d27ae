// Files that came as one ZIP file. Recordings and weights hardly become smaller, so they are packed as they are.
import type { NamedFile } from "./incoming-files";

export async function zipFiles(files: readonly NamedFile[], name: string): Promise<File> {
  const { downloadZip } = await import("client-zip");
  const archive = downloadZip(files.map(({ name: path, file }) => ({ name: path, input: file })));
  return new File([await archive.blob()], `${name}.zip`, { type: "application/zip" });
}
