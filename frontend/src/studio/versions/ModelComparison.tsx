// The changes of the models: sizes, memory, types, quantisation and ops, each before and after.
import type { DescribedModel, ModelChange } from "../../api/schema";
import { sizeText } from "../../look/quantities";

interface ModelComparisonProps {
  readonly models: readonly ModelChange[];
  readonly from: string;
  readonly to: string;
}

function types(facts: DescribedModel, side: "inputs" | "outputs"): string {
  return facts[side]
    .map((tensor) => tensor.type ?? `${tensor.element_kind}[${tensor.dimensions.join(", ")}]`)
    .join(", ");
}

function quantisationText({ quantisation: { per_channel, per_tensor, other, none } }: DescribedModel): string {
  const parts = [
    per_channel > 0 ? `${per_channel} per channel` : "",
    per_tensor > 0 ? `${per_tensor} per tensor` : "",
    other > 0 ? `${other} by another scheme` : "",
    none > 0 ? `${none} not quantised` : "",
  ];
  return parts.filter((part) => part !== "").join(", ");
}

const ROWS: readonly { readonly name: string; readonly of: (facts: DescribedModel) => string }[] = [
  { name: "File", of: (facts) => sizeText(facts.size) },
  { name: "Weights", of: (facts) => sizeText(facts.weights_size) },
  { name: "Parameters", of: (facts) => facts.parameters.toLocaleString("en-GB") },
  {
    name: "Arena",
    of: ({ memory }) =>
      memory.arena === null ? `the host's (${sizeText(memory.live)} at least)` : sizeText(memory.arena),
  },
  { name: "Runs", of: ({ memory }) => (memory.runs === "compiled" ? "compiled in" : "by the host") },
  { name: "Inputs", of: (facts) => types(facts, "inputs") },
  { name: "Outputs", of: (facts) => types(facts, "outputs") },
  { name: "Tensors quantised", of: quantisationText },
];

/** Ops whose count differs. */
function opRows(
  before: DescribedModel | null,
  after: DescribedModel | null,
): readonly (readonly [string, string, string])[] {
  const counts = (facts: DescribedModel | null): Map<string, number> =>
    new Map((facts?.operators ?? []).map(({ op, types: of, count }) => [`${op} (${of})`, count]));
  const [then, now] = [counts(before), counts(after)];
  return [...new Set([...then.keys(), ...now.keys()])]
    .sort()
    .filter((name) => then.get(name) !== now.get(name))
    .map((name) => [name, String(then.get(name) ?? 0), String(now.get(name) ?? 0)] as const);
}

export function ModelComparison({ models, from, to }: ModelComparisonProps) {
  return (
    <section className="card">
      <h3>Models</h3>
      {models.map(({ path, before, after }) => {
        const [then, now] = [
          before === null || "refusal" in before ? null : before,
          after === null || "refusal" in after ? null : after,
        ];
        const rows = [
          ...ROWS.map(({ name, of }) => [name, then === null ? "" : of(then), now === null ? "" : of(now)] as const),
          ...opRows(then, now),
        ];
        return (
          <div key={path} className="scroll" role="region" aria-label={path} tabIndex={0}>
            <table className="num compared">
              <caption className="mono">{path}</caption>
              <thead>
                <tr>
                  <th scope="col">
                    <span className="aloud">What</span>
                  </th>
                  <th scope="col">{from}</th>
                  <th scope="col">{to}</th>
                </tr>
              </thead>
              <tbody>
                {rows.map(([name, old, current]) => (
                  <tr key={name} className={old === current ? "" : "differs"}>
                    <th scope="row">{name}</th>
                    <td>
                      {old === "" ? <span className="muted">{before === null ? "not there" : "unreadable"}</span> : old}
                    </td>
                    <td>
                      {current === "" ? (
                        <span className="muted">{after === null ? "not there" : "unreadable"}</span>
                      ) : (
                        current
                      )}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        );
      })}
    </section>
  );
}
