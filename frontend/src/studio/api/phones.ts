// The requests about a person's phones that join a project.
import type { PhoneLink } from "../../api/schema";
import type { ProjectClient } from "./client";

const PHONES = "/api/v1/projects/{organisation}/{name}/phones";

/** A link that lets one phone of the person's own in, with its QR code; `studioKey` is the public key of a page that wants its sensors. */
export function phoneLink(client: ProjectClient, studioKey: string | null): Promise<PhoneLink> {
  return client.call("post", PHONES, studioKey === null ? {} : { body: { studio_key: studioKey } });
}

/** How many phones have access in the person's name. */
export async function countPhones(client: ProjectClient): Promise<number> {
  return (await client.call("get", PHONES)).phones;
}

/** Ends the access of all; answers how many had it. */
export async function endPhones(client: ProjectClient): Promise<number> {
  return (await client.call("delete", PHONES)).phones;
}
