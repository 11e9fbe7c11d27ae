// A few numbers set by sliders; the range of the sliders can be changed.
import { useEffect, useId, useMemo, useState } from "react";
import { elementCount } from "../../../runtime";
import { numberText, packNumbers, rangeOf, type NumberType } from "../../readings/numbers";
import { numbersShape } from "../shapes";
import type { SourceProps } from "../source";
import { UNKNOWN_PERIOD, useSteadyChunks } from "../steady";

const TURN = 2 * Math.PI;
const STEPS = 1000;

interface Range {
  readonly minimum: number;
  readonly maximum: number;
}

/** Floats begin with one turn to both sides, integers with what a byte or their own type holds. */
function firstRange(type: NumberType): Range {
  if (type.startsWith("f")) return { minimum: -TURN, maximum: TURN };
  const { minimum, maximum } = rangeOf(type);
  return { minimum: Math.max(minimum, -128), maximum: Math.min(maximum, 255) };
}

function numbersOf(request: SourceProps["request"]): { type: NumberType; count: number } {
  const shape = numbersShape(request);
  return shape === null ? { type: "u8", count: request.size } : { type: shape.type, count: elementCount(shape) };
}

export function NumbersSource({ request, onInput }: SourceProps) {
  const id = useId();
  const { type, count } = numbersOf(request);
  const isFloat = type.startsWith("f");
  const [range, setRange] = useState(() => firstRange(type));
  const [values, setValues] = useState<readonly number[]>(() => Array<number>(count).fill(0));
  const data = useMemo(() => packNumbers(type, values), [type, values]);
  const isStream = request.isStream === true;
  useEffect(() => {
    if (!isStream) onInput(data);
  }, [data, isStream, onInput]);
  useSteadyChunks(isStream ? UNKNOWN_PERIOD : null, () => onInput(data, true));

  const set = (place: number, value: number) => {
    if (Number.isFinite(value)) setValues((before) => before.with(place, value));
  };
  const step = isFloat ? (range.maximum - range.minimum) / STEPS : 1;

  return (
    <>
      {values.map((value, place) => (
        <div className="preview-slider" key={place}>
          <label htmlFor={`${id}-${place}`}>{count === 1 ? "Value" : `Value ${place + 1}`}</label>
          <input
            id={`${id}-${place}`}
            type="range"
            min={range.minimum}
            max={range.maximum}
            step={step}
            value={value}
            onChange={(event) => set(place, event.target.valueAsNumber)}
          />
          <input
            type="number"
            className="input num"
            aria-label={count === 1 ? "Value as a number" : `Value ${place + 1} as a number`}
            step="any"
            value={Number(numberText(isFloat ? Number(value.toPrecision(6)) : value))}
            onChange={(event) => set(place, event.target.valueAsNumber)}
          />
        </div>
      ))}
      <div className="row wrap">
        <RangeEnd
          name="From"
          value={range.minimum}
          isValid={(value) => value < range.maximum}
          onChange={(minimum) => setRange({ ...range, minimum })}
        />
        <RangeEnd
          name="to"
          value={range.maximum}
          isValid={(value) => value > range.minimum}
          onChange={(maximum) => setRange({ ...range, maximum })}
        />
      </div>
    </>
  );
}

interface RangeEndProps {
  readonly name: string;
  readonly value: number;
  readonly isValid: (value: number) => boolean;
  readonly onChange: (value: number) => void;
}

function RangeEnd({ name, value, isValid, onChange }: RangeEndProps) {
  const [text, setText] = useState(numberText(Number(value.toPrecision(4))));
  const isWrong = text.trim() === "" || !Number.isFinite(Number(text)) || !isValid(Number(text));
  return (
    <label className="preview-end small muted">
      {name}
      <input
        type="text"
        inputMode="decimal"
        className="input num"
        value={text}
        aria-invalid={isWrong}
        onChange={(event) => {
          const next = event.target.value;
          setText(next);
          if (next.trim() !== "" && Number.isFinite(Number(next)) && isValid(Number(next))) onChange(Number(next));
        }}
      />
    </label>
  );
}
