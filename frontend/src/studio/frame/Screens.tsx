// The buttons that choose which part of the studio a narrow page shows.
import { FolderOpen, Play, TextCursorInput } from "lucide-react";
import type { Screen } from "../context/places";
import { usePlace, useStudio } from "../context/studio";

const SCREENS: readonly { readonly id: Screen; readonly label: string; readonly Icon: typeof Play }[] = [
  { id: "files", label: "Files", Icon: FolderOpen },
  { id: "text", label: "Text", Icon: TextCursorInput },
  { id: "preview", label: "Preview", Icon: Play },
];

export function Screens() {
  const { places } = useStudio();
  const screen = usePlace((place) => place.screen);
  return (
    <nav className="screens" aria-label="Parts of the studio">
      {SCREENS.map(({ id, label, Icon }) => (
        <button
          key={id}
          type="button"
          aria-current={screen === id ? "page" : undefined}
          onClick={() => places.setScreen(id)}
        >
          <Icon className="icon" aria-hidden="true" />
          {label}
        </button>
      ))}
    </nav>
  );
}
