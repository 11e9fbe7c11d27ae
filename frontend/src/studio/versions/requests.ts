// The requests about versions that only their page makes.
import type { Read } from "../../api/request";
import type { Comparison, VersionPage } from "../../api/schema";
import type { ProjectClient } from "../api/client";
import type { Workspace } from "../session/workspace";
import type { ComparedVersion } from "./comparison";

const VERSIONS = "/api/v1/projects/{organisation}/{name}/versions";

/** The newest versions, or those of an older page by the address that the page before it has. */
export function listVersions(client: ProjectClient, page?: string): Promise<VersionPage> {
  const cursor = new URLSearchParams(page?.split("?")[1]).get("cursor") ?? undefined;
  return client.call("get", VERSIONS, { query: { cursor } });
}

/**
 * Compares two sides, as they are in this page. `etag` is the state of the files as they are, which restoring names.
 */
export async function compare(
  workspace: Workspace,
  from: ComparedVersion,
  to: ComparedVersion,
): Promise<Read<Comparison>> {
  const { client } = workspace;
  await workspace.waitUntilSent();
  const read = await client.read("get", `${VERSIONS}/compare`, { query: { from: String(from), to: String(to) } });
  return from === "now" || to === "now" ? read : { value: read.value, etag: await client.filesState() };
}

/** A text as it was in a version; null for a file that is not a text. */
export async function versionText(client: ProjectClient, version: number, path: string): Promise<string | null> {
  const address = client.address("get", `${VERSIONS}/{number}/files/{path}`, { path: { number: version, path } });
  const response = await client.send(address);
  if (response.headers.get("Content-Type")?.startsWith("text/plain") === true) return response.text();
  await response.body?.cancel();
  return null;
}

/** Where the files of a version are downloaded as an archive. */
export function archiveAddress(client: ProjectClient, version: number): string {
  return client.address("get", `${VERSIONS}/{number}/archive`, { path: { number: version } });
}
