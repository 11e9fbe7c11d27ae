// The page of a project's data without samples: when the first one comes, the list takes the place of the explanation.
import { NO_ACCESS, NOT_FOUND, SIGNED_OUT } from "../../declared/closing";
import { saysSignedOut } from "../sign-in/signed-out";
import { followEvents } from "../../api/follow-events";
import { oneAtATime } from "../talk/read";
import { DataPage } from "./page";

export function waitForFirst(empty: HTMLElement): void {
  const look = oneAtATime(async () => {
    if (!empty.isConnected) return;
    const response = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
    if (response === null || !response.ok || response.redirected) return;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const list = page.querySelector<HTMLElement>("[data-samples]");
    if (list === null) return;
    empty.replaceWith(document.adoptNode(list));
    await new DataPage(list).start();
  });
  followEvents(empty.dataset["events"] ?? "", {
    onEvent: (type) => {
      if (type === "data.changed") void look();
    },
    onAway: () => void look(),
    refusals: [SIGNED_OUT, NO_ACCESS, NOT_FOUND],
    onRefused: () => void saysSignedOut(),
  });
}
