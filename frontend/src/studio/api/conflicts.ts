// The requests of the dialog in which the conflicts of a change request are resolved.
import type { MergeSide, OpenChangeRequest } from "../../api/schema";
import type { Read } from "../../api/request";
import type { ProjectClient } from "./client";

/** A change request with what is in conflict. */
export function changeRequest(client: ProjectClient, id: string): Promise<Read<OpenChangeRequest>> {
  return client.read("get", "/api/v1/change-requests/{change_id}", parameters(id));
}

/** Replacement for a conflict; `text` of the side that is written. */
export function resolveConflict(
  client: ProjectClient,
  id: string,
  conflict: string,
  side: MergeSide,
  text: string,
  etag: string,
): Promise<Read<OpenChangeRequest>> {
  return client.read("post", "/api/v1/change-requests/{change_id}/resolutions", {
    ...parameters(id),
    body: { conflict, side, text },
    etag,
  });
}

/** All conflicts are open again. */
export function startOver(client: ProjectClient, id: string, etag: string): Promise<Read<OpenChangeRequest>> {
  return client.read("delete", "/api/v1/change-requests/{change_id}/resolutions", { ...parameters(id), etag });
}

function parameters(id: string) {
  return { path: { change_id: id } };
}
