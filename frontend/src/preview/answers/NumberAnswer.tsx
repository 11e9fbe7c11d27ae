// A number as an answer, with its unit and as many digits as its error allows, or with how sure it is where it is a probability.
import { useEffect, useState } from "react";
import { certaintyText } from "../../look/certainty/certainty";
import { useHost } from "../host";
import { numberWithin, type NumberError } from "../readings/number-error";
import { headlineText, numberText } from "../readings/numbers";
import { Announcement } from "./Announcement";
import { AnswerLine } from "./AnswerLine";

interface Props {
  readonly value: number;
  /** 0 to 1, where the number is a probability. */
  readonly share: number | null;
}

export function NumberAnswer({ value, share }: Props) {
  const error = useNumberError(share === null);
  const text = share === null ? numberWithin(value, error) : certaintyText(share);
  const unit = error === null || error.unit === "" ? undefined : error.unit;
  return (
    <div className="answer">
      <AnswerLine
        text={text}
        title={numberText(value)}
        {...(unit !== undefined && { unit })}
        {...(error !== null && {
          detail: (
            <span title={`The mean error on the validation split of ${error.origin}`}>
              usually within{" "}
              <b>{[headlineText(Number(error.within.toPrecision(2))), unit].filter(Boolean).join(" ")}</b>
            </span>
          ),
        })}
      />
      {share !== null && (
        <div className="meter thin" aria-hidden="true">
          <i style={{ width: `${100 * share}%` }} />
        </div>
      )}
      <Announcement answer={{ text: unit === undefined ? text : `${text} ${unit}`, share: null }} />
    </div>
  );
}

/** How far the rune's number is usually off; null while nobody knows. */
function useNumberError(isWanted: boolean): NumberError | null {
  const { numberError } = useHost();
  const [error, setError] = useState<NumberError | null>(null);
  useEffect(() => {
    if (!isWanted || numberError === undefined) return undefined;
    let isCurrent = true;
    numberError().then(
      (known) => isCurrent && setError(known),
      // Without it the number stands alone.
      () => undefined,
    );
    return () => {
      isCurrent = false;
    };
  }, [isWanted, numberError]);
  return isWanted ? error : null;
}
