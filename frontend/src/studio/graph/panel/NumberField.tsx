// A number as a field and, where its range is known, a slider. Drawing the slider shows its effect a few times a second
// and is one step of the undo.
import { isComposing } from "../../../look/keys/composing";
import { useId, useRef, useState } from "react";
import type { EditStep } from "../../session/workspace";
import type { StageArgument } from "../../edits/graph-requests";
import { numberOf } from "./number";
import { hasSlider, placeOf, PLACES, valueAt } from "./slider";

interface NumberFieldProps {
  readonly argument: StageArgument;
  readonly disabled: boolean;
  readonly describedBy: string;
  readonly onSet: (value: number, step: EditStep) => Promise<unknown>;
}

/** Milliseconds between two edits while a slider is drawn. */
const BETWEEN = 150;

export function NumberField({ argument, disabled, describedBy, onSet }: NumberFieldProps) {
  const id = useId();
  const { name, kind, value, minimum, maximum } = argument;
  const currentValue = value ?? argument.default ?? "";
  const [draft, setDraft] = useState<string | null>(null);
  /** The newest value of a slider on its way, or null. */
  const [sliderValue, setSliderValue] = useState<number | null>(null);
  const sliding = useRef({
    begun: false,
    busy: false,
    isDragging: false,
    next: null as number | null,
    sentValue: null as number | null,
  });

  const send = async (next: number): Promise<void> => {
    const slide = sliding.current;
    slide.next = next;
    slide.isDragging = true;
    if (slide.busy) return;
    slide.busy = true;
    while (slide.next !== null) {
      const now = slide.next;
      slide.next = null;
      if (now === slide.sentValue) continue;
      slide.sentValue = now;
      await onSet(now, slide.begun ? "goes on" : "begins");
      slide.begun = true;
      await new Promise((resolve) => setTimeout(resolve, BETWEEN));
    }
    slide.busy = false;
    if (!slide.isDragging) end();
  };
  /** The step ends when all that was drawn is sent, which may be later than the knob is let go. */
  const end = (): void => {
    sliding.current.begun = false;
    sliding.current.sentValue = null;
    setSliderValue(null);
  };
  const release = (): void => {
    sliding.current.isDragging = false;
    if (!sliding.current.busy) end();
  };
  const commit = (): void => {
    if (draft === null) return;
    const number = numberOf(draft);
    setDraft(null);
    if (number !== null && number !== value) void onSet(number, "alone");
  };
  const range =
    minimum !== null && maximum !== null && hasSlider({ minimum, maximum })
      ? { minimum, maximum, step: argument.step }
      : null;
  const number = typeof currentValue === "number" ? currentValue : Number(currentValue);
  const now = sliderValue ?? (Number.isFinite(number) ? number : (minimum ?? 0));
  return (
    <div className="number-field">
      <input
        id={id}
        className="input mono"
        aria-label={name}
        aria-describedby={describedBy}
        inputMode={kind === "integer" ? "numeric" : "decimal"}
        disabled={disabled}
        value={draft ?? String(sliderValue ?? currentValue)}
        aria-invalid={draft !== null && draft.trim() !== "" && numberOf(draft) === null ? true : undefined}
        onChange={(event) => setDraft(event.target.value)}
        onBlur={commit}
        onKeyDown={(event) => {
          if (isComposing(event.nativeEvent)) return;
          if (event.key === "Enter") commit();
          else if (event.key === "Escape" && draft !== null) {
            setDraft(null);
            event.stopPropagation();
          }
        }}
      />
      {range !== null && (
        <input
          type="range"
          aria-label={`${name}, slider`}
          aria-valuetext={String(now)}
          min={0}
          max={PLACES}
          step={1}
          disabled={disabled}
          value={placeOf(now, range)}
          onChange={(event) => {
            const next = valueAt(Number(event.target.value), range);
            setSliderValue(next);
            void send(next);
          }}
          onKeyDown={(event) => {
            const direction =
              event.key === "ArrowRight" || event.key === "ArrowUp"
                ? 1
                : event.key === "ArrowLeft" || event.key === "ArrowDown"
                  ? -1
                  : 0;
            if (direction === 0) return;
            // A key moves by the range's own step, where a knob's place would be too coarse or too fine.
            event.preventDefault();
            const step = range.step ?? (range.maximum - range.minimum) / 100;
            const next = Number(
              Math.min(range.maximum, Math.max(range.minimum, now + direction * step)).toPrecision(12),
            );
            setSliderValue(next);
            void send(next);
          }}
          onPointerUp={release}
          onKeyUp={release}
          onBlur={release}
        />
      )}
    </div>
  );
}
