// The requests about blocks that projects publish.
import type { BlockVersion, PublishedBlocks, UsableBlocks } from "../../api/schema";
import type { ProjectClient } from "./client";

const BLOCKS = "/api/v1/projects/{organisation}/{name}/blocks";

/** The blocks that other projects published for this one to use. */
export function usableBlocks(client: ProjectClient): Promise<UsableBlocks> {
  return client.call("get", "/api/v1/projects/{organisation}/{name}/blocks/usable", {});
}

/** The blocks that this project published. */
export async function publishedBlocks(client: ProjectClient): Promise<PublishedBlocks["blocks"]> {
  return (await client.call("get", BLOCKS)).blocks;
}

/** Publish the block in a file, as it is stored, for other projects. `etag` is the state of the project's files. */
export function publishBlock(
  client: ProjectClient,
  path: string,
  version: string,
  notes: string,
  etag: string,
): Promise<BlockVersion> {
  return client.call("post", BLOCKS, { body: { path, version, notes, reason: "" }, etag });
}
