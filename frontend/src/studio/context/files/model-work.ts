// Models that come as files: those of other formats are converted, and all of them need stages in front of their input.
import { convertModel, inputPage } from "../../api/models";
import type { Workspace } from "../../session/workspace";

/** Offers the page that helps to find the stages in front of a model that came. */
export function askForInput({ client, toasts }: Workspace, path: string): void {
  toasts.say(`${path} is in the project.`, {
    label: "What is its input?",
    run: () => location.assign(inputPage(client, path)),
  });
}

/** Begins the conversion of a model of another format and offers its page. */
export async function convert({ client, toasts }: Workspace, file: File): Promise<void> {
  const page = await convertModel(client, file);
  toasts.say(`${file.name} is being converted.`, { label: "Open", run: () => location.assign(page) });
}
