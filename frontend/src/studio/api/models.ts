// The requests about models that come from elsewhere, and the pages that go on with them.
import type { ModelConversion } from "../../api/schema";
import type { ProjectClient } from "./client";

const CONVERSIONS = "/api/v1/projects/{organisation}/{name}/conversions";

/** Begins the conversion of a model of another format; the address of its page. */
export async function convertModel(client: ProjectClient, file: File): Promise<string> {
  const address = client.address("post", CONVERSIONS, { query: { file: file.name } });
  const response = await client.sendBody("post", address, file, "application/octet-stream");
  return `${modelsPage(client)}/${((await response.json()) as ModelConversion).id}`;
}

/** The names of the layers of each source that was converted lately, by the digest of the source. */
export async function layersOfSources(client: ProjectClient): Promise<ReadonlyMap<string, readonly string[]>> {
  const { results } = await client.call("get", CONVERSIONS);
  const withLayers = results.filter(({ layers }) => layers.length > 0);
  // The newest comes first and counts.
  return new Map(withLayers.toReversed().map(({ digest, layers }) => [digest, layers.map(({ name }) => name)]));
}

/** The page that asks what the input of a model of the project is. */
export function inputPage(client: ProjectClient, path: string): string {
  return `${modelsPage(client)}/input?${new URLSearchParams({ file: path })}`;
}

/** The page of the project's models and their conversions. */
export function modelsPage(client: ProjectClient): string {
  const { organisation, name } = client.project;
  return `/${encodeURIComponent(organisation)}/${encodeURIComponent(name)}/models`;
}
