// A model file as a page: what goes in and out, what it computes, what Anvil lacks. Names inside a model are text.
import { useEffect, useState } from "react";
import type { ProjectClient } from "../api/client";
import { sentenceOf } from "../api/problem";
import type { ModelPage as Model, ModelTensor } from "../api/types";
import type { FileEntry } from "../document/files";
import { baseName } from "../document/paths";
import { bytes, count } from "../parts/words";

interface ModelPageProps {
  readonly file: FileEntry;
  readonly client: ProjectClient;
}

type Answer = { readonly of: string; readonly model: Model } | { readonly of: string; readonly error: string };

function typeOf(tensor: ModelTensor): string {
  return tensor.type ?? `${tensor.element_kind}[${tensor.dimensions.join(", ")}]`;
}

function quantisation(tensor: ModelTensor): string {
  if (tensor.scale === null) return "none";
  return `${Number(tensor.scale.toPrecision(6))} × (q − ${tensor.zero_point ?? 0})`.replace("− -", "+ ");
}

function Tensors({ title, tensors }: { readonly title: string; readonly tensors: readonly ModelTensor[] }) {
  return (
    <section className="card">
      <h2>{title}</h2>
      <div className="scroll" role="region" aria-label={title} tabIndex={0}>
        <table className="num">
          <thead>
            <tr>
              <th>Name</th>
              <th>Type</th>
              <th>Quantisation</th>
            </tr>
          </thead>
          <tbody>
            {tensors.map((tensor, index) => (
              <tr key={index}>
                <td>{tensor.name === "" ? <span className="muted">no name</span> : tensor.name}</td>
                <td className="mono">{typeOf(tensor)}</td>
                <td className="mono muted">{quantisation(tensor)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Operators({ model }: { readonly model: Model }) {
  const lacks = (op: string, types: string): boolean => model.unsupported.some((other) => other.op === op && other.types === types);
  return (
    <section className="card">
      <h2>Ops</h2>
      <div className="scroll" role="region" aria-label="Ops" tabIndex={0}>
        <table className="num">
          <thead>
            <tr>
              <th>Op</th>
              <th>Types</th>
              <th>How many</th>
              <th>Anvil</th>
            </tr>
          </thead>
          <tbody>
            {model.operators.map((operator) => (
              <tr key={`${operator.op} ${operator.types}`}>
                <td className="mono">{operator.op}</td>
                <td className="mono muted">{operator.types}</td>
                <td>{operator.count}</td>
                <td>{lacks(operator.op, operator.types) ? <span className="tag bad">lacks it</span> : <span className="tag ok">compiles it</span>}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

export function ModelPage({ file, client }: ModelPageProps) {
  const [answer, setAnswer] = useState<Answer | null>(null);
  const of = `${file.path} ${file.digest}`;
  useEffect(() => {
    let wanted = true;
    client.model(file.path).then(
      (model) => wanted && setAnswer({ of, model }),
      (error: unknown) => wanted && setAnswer({ of, error: sentenceOf(error) }),
    );
    return () => {
      wanted = false;
    };
  }, [client, file.path, of]);

  if (answer === null || answer.of !== of) return <p className="panel-note muted">Reading the model…</p>;
  if ("error" in answer) return <p className="panel-note wrong">{answer.error}</p>;
  const { model } = answer;
  const ops = model.operators.reduce((sum, operator) => sum + operator.count, 0);
  return (
    <div className="file-page stack" tabIndex={0}>
      <h1>{baseName(file.path)}</h1>
      {model.description !== "" && <p className="muted written">{model.description}</p>}
      <div className="figures num">
        <div>
          <span className="label">File</span>
          <b>{bytes(model.size)}</b>
        </div>
        <div>
          <span className="label">Weights</span>
          <b>{bytes(model.weights_size)}</b>
        </div>
        <div>
          <span className="label">Parameters</span>
          <b>{model.parameters.toLocaleString("en-GB")}</b>
        </div>
        <div>
          <span className="label">Ops</span>
          <b>{count(ops, "op")}</b>
        </div>
      </div>
      {model.unsupported.length > 0 ? (
        <p className="notice warn">{model.sentence} The rune carries it as it is.</p>
      ) : (
        <p className="notice ok">Anvil compiles every op of this model into the rune.</p>
      )}
      <Tensors title="Inputs" tensors={model.inputs} />
      <Tensors title="Outputs" tensors={model.outputs} />
      <Operators model={model} />
    </div>
  );
}
