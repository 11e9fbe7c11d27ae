// The pictures of pipelines on Django's pages, drawn as wide as there is room. Their lists stay for those who hear the page.
import { drawPipeline, slotsOf, type Pipeline } from "../pipeline";

export function pipelinePictures(within: ParentNode = document): void {
  for (const host of within.querySelectorAll<HTMLElement>("[data-pipeline]")) {
    const pipeline = JSON.parse(host.dataset["pipeline"] ?? "{}") as Pipeline;
    // Room for what the player fills in, so that nothing moves then.
    const slots = host.classList.contains("with-values") ? slotsOf(pipeline) : undefined;
    drawPipeline(host, pipeline, host.classList.contains("small"), slots);
  }
}
