// The labels as tabs, each with how many recordings it has on the server and how many more are on this phone.
import type { LabelTab } from "../sending/client";

interface Props {
  readonly tabs: readonly LabelTab[];
  readonly chosen: string;
  readonly countHere: (label: string) => number;
  /** A recording belongs to the label at which it began: while it goes on, no other can be chosen. */
  readonly isLocked: boolean;
  readonly onChoose: (label: string) => void;
}

export function LabelTabs({ tabs, chosen, countHere, isLocked, onChoose }: Props) {
  return (
    <fieldset className="plain hold-tabs" disabled={isLocked}>
      <legend className="aloud">Label</legend>
      {tabs.map(({ label, count }) => {
        const here = countHere(label);
        return (
          <label key={label} className={label === chosen ? "on" : ""}>
            <input
              type="radio"
              name="label"
              className="aloud"
              checked={label === chosen}
              onChange={() => onChoose(label)}
            />
            <span className="cut">{label}</span>
            <small className="num">{here === 0 ? count : `${count} + ${here} here`}</small>
          </label>
        );
      })}
    </fieldset>
  );
}
