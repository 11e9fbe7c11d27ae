// In which way one looks at an output; remembered by the output's name.
import { useState } from "react";
import { remember, recall } from "../preferences";
import { VIEW_NAMES, type OutputView } from "./views";

export function useView(
  title: string,
  views: readonly [OutputView, ...OutputView[]],
): [view: OutputView, choose: (view: OutputView) => void] {
  const key = `view ${title}`;
  const [chosenView, setChosenView] = useState(() => recall(key));
  const view = views.find((each) => each === chosenView) ?? views[0];
  const choose = (next: OutputView): void => {
    setChosenView(next);
    remember(key, next);
  };
  return [view, choose];
}

interface Props {
  readonly title: string;
  readonly views: readonly OutputView[];
  readonly view: OutputView;
  readonly onView: (view: OutputView) => void;
}

export function ViewChoice({ title, views, view, onView }: Props) {
  if (views.length < 2) return null;
  return (
    <select
      className="preview-view"
      aria-label={`View of ${title}`}
      value={view}
      onChange={(event) => onView(event.target.value as OutputView)}
    >
      {views.map((each) => (
        <option key={each} value={each}>
          {VIEW_NAMES[each]}
        </option>
      ))}
    </select>
  );
}
