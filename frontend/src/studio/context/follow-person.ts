// The page goes where the person goes whom one follows: to their file and to their line. It ends when one types, clicks into the
// text or presses Escape, and when the person leaves.
import { peopleOf, type Present } from "../document/sync/presence";
import type { Workspace } from "../session/workspace";
import type { StudioPlaces } from "./places";

/** The events that end it: work of one's own. Scrolling does not, so that one can look around. */
const ENDING = ["keydown", "pointerdown"] as const;
const QUIET_KEYS: ReadonlySet<string> = new Set(["Shift", "Control", "Alt", "Meta"]);

export function startFollowing(
  { presence, store, toasts }: Pick<Workspace, "presence" | "store" | "toasts">,
  places: Pick<StudioPlaces, "state" | "followPerson" | "goToPerson">,
  page: Pick<Document, "addEventListener"> = document,
): void {
  let last: { readonly person: string; readonly place: string } | null = null;

  const go = (): void => {
    const { following } = places.state.getState();
    if (following === null) {
      last = null;
      return;
    }
    const present = peopleOf(presence.state.getState(), store.state.getState().me.id).find(
      (each) => each.person.id === following,
    );
    if (present === undefined) {
      // The followed person has left; one who reloads the page comes back as somebody to follow anew.
      if (last !== null) toasts.say("The person you were following has left.");
      places.followPerson(null);
      return;
    }
    const place = placeOf(present);
    if (last?.person === following && last.place === place) return;
    const isFirst = last?.person !== following;
    last = { person: following, place };
    if (isFirst) toasts.say(`Following ${present.person.name}. Type or press Escape to stop.`);
    else places.goToPerson(present, true);
  };

  presence.state.subscribe(go);
  places.state.subscribe(({ following }) => {
    if (following !== (last?.person ?? null)) go();
  });
  for (const kind of ENDING)
    page.addEventListener(
      kind,
      (event) => {
        if (places.state.getState().following !== null && isWork(actOf(event))) places.followPerson(null);
      },
      { capture: true },
    );
}

/** The part of an event that decides, and the element where it happened. */
interface Act {
  readonly key: string | null;
  readonly target: { closest: (selector: string) => unknown } | null;
}

function actOf(event: Event): Act {
  return {
    key: event instanceof KeyboardEvent ? event.key : null,
    target: event.target instanceof Element ? event.target : null,
  };
}

/** Whether somebody works in the page by this, and does not look around or choose whom to follow. */
export function isWork({ key, target }: Act): boolean {
  const isAt = (selector: string): boolean => target !== null && target.closest(selector) !== null;
  if (key === null) return isAt(".cm-editor, .graph-canvas");
  return key === "Escape" || (!QUIET_KEYS.has(key) && !isAt(".people"));
}

/** Where a page is, as a text that is another when it moves. */
function placeOf({ file, cursor }: Present): string {
  return JSON.stringify([file, cursor?.head ?? null]);
}
