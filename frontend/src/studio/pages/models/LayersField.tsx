// The layers that stay floats: each can be taken out, and another is added by its name. The layers that a conversion
// found are offered; others may be typed, because a source need not have been converted yet.
import { isComposing } from "../../../look/keys/composing";
import { Plus, X } from "lucide-react";
import { useId, useRef, useState } from "react";
import type { Diagnostic } from "../../../api/schema";
import { Field } from "./Field";

interface LayersFieldProps {
  readonly help: string;
  readonly problems: readonly Diagnostic[];
  readonly refusal: string;
  readonly layers: readonly string[];
  readonly knownLayers: readonly string[];
  readonly onSet: (layers: readonly string[]) => void;
}

export function LayersField({ layers, knownLayers, onSet, ...field }: LayersFieldProps) {
  const list = useId();
  const input = useRef<HTMLInputElement>(null);
  const [draft, setDraft] = useState("");
  const name = draft.trim();
  const isUnknown = name !== "" && knownLayers.length > 0 && !knownLayers.includes(name);
  const add = (): void => {
    if (name !== "" && !layers.includes(name)) onSet([...layers, name]);
    setDraft("");
    input.current?.focus();
  };
  return (
    <div className="float-layers">
      <Field label="Layers kept in float" {...field}>
        {({ id, describedBy, isWrong }) => (
          <>
            {layers.length > 0 && (
              <ul aria-label="Layers kept in float">
                {layers.map((layer) => (
                  <li key={layer} className="row">
                    <code className="cut" title={layer}>
                      {layer}
                    </code>
                    <button
                      type="button"
                      className="button quiet square"
                      aria-label={`Quantise ${layer} again`}
                      title="Quantise again"
                      onClick={() => {
                        onSet(layers.filter((other) => other !== layer));
                        input.current?.focus();
                      }}
                    >
                      <X aria-hidden="true" />
                    </button>
                  </li>
                ))}
              </ul>
            )}
            <div className="row">
              <input
                id={id}
                ref={input}
                className="input mono grow"
                list={list}
                value={draft}
                autoComplete="off"
                spellCheck={false}
                placeholder={knownLayers[0] ?? "dense_1"}
                aria-describedby={describedBy}
                aria-invalid={isWrong ? true : undefined}
                onChange={(event) => setDraft(event.target.value)}
                onKeyDown={(event) => {
                  if (event.key === "Enter" && !isComposing(event.nativeEvent)) {
                    event.preventDefault();
                    add();
                  }
                }}
              />
              <datalist id={list}>
                {knownLayers
                  .filter((layer) => !layers.includes(layer))
                  .map((layer) => (
                    <option key={layer} value={layer} />
                  ))}
              </datalist>
              <button type="button" className="button" disabled={name === ""} onClick={add}>
                <Plus aria-hidden="true" />
                Keep
              </button>
            </div>
            <p className="small muted" aria-live="polite">
              {isUnknown && `The last conversion of this source has no layer ${name}.`}
            </p>
          </>
        )}
      </Field>
    </div>
  );
}
