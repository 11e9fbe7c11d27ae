// Who else is in the project now; choosing one goes to where that person is, and along with them until one works oneself.
import { Suspense } from "react";
import { useStore } from "zustand";
import { lazyPart } from "../../look/boundary";
import { peopleOf, type Present } from "../document/sync/presence";
import { usePlace, useSession, useStudio, useText } from "../context/studio";

/** People shown by name; the rest are counted. */
const MAX_SHOWN = 5;

const AgentMark = lazyPart(() => import("./AgentMark"));

export function People() {
  const { workspace, places } = useStudio();
  const me = useSession((session) => session.me.id);
  const files = useText((text) => text.files);
  const following = usePlace((each) => each.following);
  const people = peopleOf(useStore(workspace.presence.state), me);
  if (people.length === 0) return null;
  const place = (present: Present): string => {
    const file = files.find((each) => each.id === present.file);
    return file === undefined ? `${present.person.name} is here` : `${present.person.name} is in ${file.path}`;
  };
  return (
    <ul className="people" aria-label="Who is here">
      {people.slice(0, MAX_SHOWN).map((present) => (
        <li key={present.person.id}>
          <button
            type="button"
            title={place(present)}
            aria-label={`${place(present)}. Follow`}
            aria-pressed={following === present.person.id}
            onClick={() => {
              if (following !== present.person.id) places.goToPerson(present);
              places.followPerson(following === present.person.id ? null : present.person.id);
            }}
          >
            <span className={`avatar person-${present.person.colour}`} aria-hidden="true">
              {present.person.agent ? (
                <Suspense>
                  <AgentMark />
                </Suspense>
              ) : (
                present.person.initials
              )}
            </span>
          </button>
        </li>
      ))}
      {people.length > MAX_SHOWN && <li className="small muted num">+{people.length - MAX_SHOWN}</li>}
    </ul>
  );
}
