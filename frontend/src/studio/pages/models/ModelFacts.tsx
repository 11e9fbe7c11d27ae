// A model of forge.yml for those who may not edit it: the same values without fields.
import type { Diagnostic } from "../../../api/schema";
import { CALIBRATIONS, INTERFACES } from "../../../declared/model-settings";
import type { EntryKey, ModelEntry } from "../../edits/model-entries";
import { FLOAT_FORM, measuresRanges } from "./choices";
import { ProblemList } from "./Field";
import { problemsOf } from "./field-problems";

interface ModelFactsProps {
  readonly entry: ModelEntry;
  readonly diagnostics: readonly Diagnostic[];
}

export function ModelFacts({ entry, diagnostics }: ModelFactsProps) {
  const problems = problemsOf(entry, diagnostics);
  return (
    <dl className="facts">
      {factsOf(entry).map(({ key, label, value }) => (
        <div key={key} className="fact">
          <dt>{label}</dt>
          <dd>
            {value}
            <ProblemList problems={problems.of(key)} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

interface Fact {
  readonly key: EntryKey;
  readonly label: string;
  readonly value: string;
}

function factsOf({
  source,
  quantize,
  calibration,
  interface: ports,
  samples,
  keep,
  shapes,
}: ModelEntry): readonly Fact[] {
  const form = quantize ?? FLOAT_FORM;
  const facts: Fact[] = [
    { key: "source", label: "Source", value: source ?? "none" },
    { key: "quantize", label: "Form", value: form },
  ];
  if (measuresRanges(form) || calibration !== null)
    facts.push({ key: "calibration", label: "Ranges measured on", value: calibration ?? CALIBRATIONS[0] });
  if (form !== FLOAT_FORM || ports !== null)
    facts.push({ key: "interface", label: "Inputs and outputs", value: ports ?? INTERFACES[0] });
  if (samples !== null) facts.push({ key: "samples", label: "Folder of samples", value: samples });
  if (keep.length > 0) facts.push({ key: "keep", label: "Layers kept in float", value: keep.join(", ") });
  if (shapes.length > 0)
    facts.push({
      key: "shapes",
      label: "Shapes of inputs",
      value: shapes.map(({ name, shape }) => `${name}: ${shape}`).join(", "),
    });
  return facts;
}
