// The requests about a person's phones that join a project.
import type { PhoneLink } from "../../api/schema";
import type { ProjectClient } from "./client";

interface Phones {
  readonly phones: number;
}

/** A link that lets one phone of the person's own in, with its QR code. */
export function phoneLink(client: ProjectClient): Promise<PhoneLink> {
  return client.write("POST", `${client.base}/phones`);
}

/** How many phones have access in the person's name. */
export async function countPhones(client: ProjectClient): Promise<number> {
  return (await client.read<Phones>(`${client.base}/phones`)).phones;
}

/** Ends the access of all; answers how many had it. */
export async function endPhones(client: ProjectClient): Promise<number> {
  return (await client.write<Phones>("DELETE", `${client.base}/phones`)).phones;
}
