// In which way one looks at an output; remembered by the output's name.
import { useState } from "react";
import { remember, remembered } from "../preferences";
import { VIEW_NAMES, type View } from "./views";

export function useView(title: string, views: readonly [View, ...View[]]): [view: View, choose: (view: View) => void] {
  const key = `view ${title}`;
  const [chosen, setChosen] = useState(() => remembered(key));
  const view = views.find((each) => each === chosen) ?? views[0];
  const choose = (next: View): void => {
    setChosen(next);
    remember(key, next);
  };
  return [view, choose];
}

interface Props {
  readonly title: string;
  readonly views: readonly View[];
  readonly view: View;
  readonly onView: (view: View) => void;
}

export function ViewChoice({ title, views, view, onView }: Props) {
  if (views.length < 2) return null;
  return (
    <select
      className="preview-view"
      aria-label={`View of ${title}`}
      value={view}
      onChange={(event) => onView(event.target.value as View)}
    >
      {views.map((each) => (
        <option key={each} value={each}>
          {VIEW_NAMES[each]}
        </option>
      ))}
    </select>
  );
}
