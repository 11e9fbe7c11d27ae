// Who else is in the project now; choosing one goes to where that person is.
import { useStore } from "zustand";
import { peopleOf, type Presence, type Present } from "../document/presence";
import type { FileEntry } from "../document/files";

interface PeopleProps {
  readonly presence: Presence;
  readonly me: string;
  readonly files: readonly FileEntry[];
  readonly onGo: (present: Present) => void;
}

/** People shown by name; the rest are counted. */
const SHOWN = 5;

export function People({ presence, me, files, onGo }: PeopleProps) {
  const people = peopleOf(useStore(presence.state), me);
  if (people.length === 0) return null;
  const place = (present: Present): string => {
    const file = files.find((each) => each.id === present.file);
    return file === undefined ? `${present.person.name} is here` : `${present.person.name} is in ${file.path}`;
  };
  return (
    <ul className="people" aria-label="Who is here">
      {people.slice(0, SHOWN).map((present) => (
        <li key={present.person.id}>
          <button
            type="button"
            title={place(present)}
            aria-label={`${place(present)}. Go there`}
            onClick={() => onGo(present)}
          >
            <span className={`avatar person-${present.person.colour}`} aria-hidden="true">
              {present.person.initials}
            </span>
          </button>
        </li>
      ))}
      {people.length > SHOWN && <li className="small muted num">+{people.length - SHOWN}</li>}
    </ul>
  );
}
