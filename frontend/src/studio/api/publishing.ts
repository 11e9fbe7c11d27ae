// Publishing past a gate, which few ever ask for.
import type { Tag } from "../../api/schema";
import type { ProjectClient } from "./client";

/** Publish under a protected tag although something is missing, for a reason that everyone reads. Owners may. */
export function overrideGate(
  client: ProjectClient,
  tag: string,
  build: string,
  reason: string,
  etag: string,
): Promise<Tag> {
  return client.call("post", "/api/v1/projects/{organisation}/{name}/tags/override", {
    body: { tag, build, notes: "", reason },
    etag,
  });
}
