// The sizes of a model as a choice, each with what it needs on the board.
import { sizeText } from "../../../preview";
import type { ModelSize, CountedSizes } from "../server";

interface Props {
  readonly sizes: CountedSizes;
  readonly chosen: string;
  readonly onChoose: (name: string) => void;
}

export function SizeChoice({ sizes, chosen, onChoose }: Props) {
  return (
    <fieldset className="plain stack tight">
      <legend className="aloud">Size of the model</legend>
      {sizes.sizes.map((size) => (
        <label key={size.name} className={size.name === chosen ? "start-size chosen" : "start-size"}>
          <input
            type="radio"
            name="size"
            value={size.name}
            checked={size.name === chosen}
            onChange={() => onChoose(size.name)}
          />
          <b>{size.title}</b>
          <span className="num">{figuresText(size, sizes.isCounting)}</span>
          <small className="muted">
            {size.flash === null ? "" : `${sizeText(size.flash)} flash · `}
            {size.refusal === "" ? size.advice : size.refusal}
          </small>
        </label>
      ))}
    </fieldset>
  );
}

function figuresText({ ram, milliseconds, refusal }: ModelSize, isCounting: boolean): string {
  if (refusal !== "") return "not counted before";
  if (ram === null) return isCounting ? "counting…" : "";
  return milliseconds === null ? `${sizeText(ram)} RAM` : `${sizeText(ram)} RAM · ${Math.round(milliseconds[1])} ms`;
}
