// The requests of the dialog in which the conflicts of a change request are resolved.
import type { MergeSide, OpenChangeRequest } from "../../api/schema";
import type { ProjectClient } from "./client";

/** A change request with what is in conflict. */
export function changeRequest(client: ProjectClient, id: string): Promise<OpenChangeRequest> {
  return client.read(addressOf(id));
}

/** What stands in place of a conflict; `text` of the side that is written. */
export function resolveConflict(
  client: ProjectClient,
  id: string,
  conflict: string,
  side: MergeSide,
  text: string,
): Promise<OpenChangeRequest> {
  return client.write("POST", `${addressOf(id)}/resolutions`, { conflict, side, text });
}

/** All conflicts are open again. */
export function startOver(client: ProjectClient, id: string): Promise<OpenChangeRequest> {
  return client.write("DELETE", `${addressOf(id)}/resolutions`);
}

function addressOf(id: string): string {
  return `/api/v1/change-requests/${id}`;
}
