// The rune of a build's files that also says what each of its stages gives, and the picture that shows it.
import { address } from "../../api/request";
import type { Watch } from "../../api/schema";
import { fetchRune } from "../fetch-rune";
import { WatchServer } from "../watch-server";
import { StagePicture } from "./StagePicture";
import type { StageSettings } from "./settings";

export interface StageRune {
  readonly bytes: ArrayBuffer;
  readonly Picture: typeof StagePicture;
}

/** Rejects where there is none: the page shows then what it shows without. */
export async function stageRune(settings: StageSettings, signal: AbortSignal): Promise<StageRune> {
  const { build, version, project, events } = settings;
  const [organisation = "", name = ""] = project.split("/");
  const token = document.querySelector<HTMLInputElement>('input[name="csrfmiddlewaretoken"]')?.value ?? "";
  const server = new WatchServer(events, token);
  const path = { build_id: build };
  const watch = await server.send<Watch>(address("post", "/api/v1/builds/{build_id}/stages", { path }), {});
  const built = await server.built(watch, { organisation, name });
  if (built.version !== version) throw new Error("The text has changed since.");
  return { bytes: await fetchRune(built.rune_url, signal, () => undefined), Picture: StagePicture };
}
