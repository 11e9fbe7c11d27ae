// The conversation on a guest's page: what others say appears by itself, for as long as the link works.
import { NO_ACCESS, NOT_FOUND } from "../../declared/closing";
import { followEvents } from "../../api/follow-events";
import { oneAtATime, readAnew } from "./read";

export function guestConversations(): void {
  const section = document.querySelector<HTMLElement>("[data-guest-conversation]");
  const { guestConversation: address, events } = section?.dataset ?? {};
  if (section === null || address === undefined || events === undefined) return;
  const stateAtLoad = stateOf(section);
  const show = (notice: string): void => section.querySelector(`[${notice}]`)?.removeAttribute("hidden");
  const refresh = oneAtATime(async () => {
    await readAnew(section, address);
    // Another build, or a decision: what stands above the conversation is not the newest any more.
    if (stateOf(section) !== stateAtLoad) show("data-guest-newer");
  });
  followEvents(events, {
    onEvent: (type) => type === "changed" && void refresh(),
    onAway: () => void refresh(),
    refusals: [NO_ACCESS, NOT_FOUND],
    onRefused: () => show("data-guest-ended"),
  });
}

function stateOf(section: HTMLElement): string | undefined {
  return section.querySelector<HTMLElement>("[data-talk]")?.dataset["state"];
}
