// The pictures of pipelines on Django's pages, drawn as wide as there is room. Their lists stay for those who hear the page.
import { drawPipeline, type Pipeline } from "../pipeline";

export function pipelinePictures(within: ParentNode = document): void {
  for (const host of within.querySelectorAll<HTMLElement>("[data-pipeline]")) {
    drawPipeline(host, JSON.parse(host.dataset["pipeline"] ?? "{}") as Pipeline, host.classList.contains("small"));
  }
}
