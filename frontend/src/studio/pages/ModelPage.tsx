// A model file as a page: what goes in and out, what it computes, the memory it needs, its layers. Names in it are text.
import { lazyPart } from "../../look/boundary";
import type { DrawnModel, ModelTensor } from "../../api/schema";
import { Suspense, useEffect, useState } from "react";
import type { ProjectClient } from "../api/client";
import { sentenceOf } from "../api/problem";
import type { FileEntry } from "../document/files/files";
import { baseName } from "../document/files/paths";
import { sizeText } from "../../look/quantities";
import { count } from "../format/quantities";
import { MemoryMap } from "./model/MemoryMap";
import "../styles/pages.css";

const ModelGraph = lazyPart(() => import("./model/ModelGraph"));

interface ModelPageProps {
  readonly file: FileEntry;
  readonly client: ProjectClient;
}

type Answer = { readonly of: string; readonly model: DrawnModel } | { readonly of: string; readonly error: string };

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

function Operators({ model }: { readonly model: DrawnModel }) {
  const lacks = (op: string, types: string): boolean =>
    model.unsupported.some((other) => other.op === op && other.types === types);
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
              <th>In the rune</th>
            </tr>
          </thead>
          <tbody>
            {model.operators.map((operator) => (
              <tr key={`${operator.op} ${operator.types}`}>
                <td className="mono">{operator.op}</td>
                <td className="mono muted">{operator.types}</td>
                <td>{operator.count}</td>
                <td>
                  {lacks(operator.op, operator.types) ? (
                    <span className="tag warn">the host runs it</span>
                  ) : (
                    <span className="tag ok">compiled in</span>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Memory({ model: { memory } }: { readonly model: DrawnModel }) {
  if (memory === null) return null;
  return (
    <div
      title={
        memory.arena === null
          ? "Peak memory of the tensors between ops. The host's interpreter needs more."
          : "All buffers of the model with its inputs and outputs, as Anvil places them"
      }
    >
      <span className="label">{memory.arena === null ? "Memory, at least" : "Arena"}</span>
      <b>{sizeText(memory.arena ?? memory.live)}</b>
    </div>
  );
}

function QuantisationSummary({ model: { quantisation } }: { readonly model: DrawnModel }) {
  const { per_channel, per_tensor, other, none, channels } = quantisation;
  const parts = [
    per_channel > 0 ? `${count(per_channel, "tensor")} per channel (up to ${count(channels, "channel")})` : "",
    per_tensor > 0 ? `${count(per_tensor, "tensor")} per tensor` : "",
    other > 0 ? `${count(other, "tensor")} by another scheme` : "",
    none > 0 ? `${count(none, "tensor")} not` : "",
  ].filter((part) => part !== "");
  return (
    <section className="card">
      <h2>Quantisation</h2>
      <p>
        {per_channel + per_tensor + other === 0
          ? "Nothing in this model is quantised."
          : `Quantised: ${parts.join(", ")}.`}
      </p>
    </section>
  );
}

export default function ModelPage({ file, client }: ModelPageProps) {
  const [answer, setAnswer] = useState<Answer | null>(null);
  const of = `${file.path} ${file.digest}`;
  useEffect(() => {
    let isActive = true;
    client.modelDrawing(file.path).then(
      (model) => isActive && setAnswer({ of, model }),
      (error: unknown) => isActive && setAnswer({ of, error: sentenceOf(error) }),
    );
    return () => {
      isActive = false;
    };
  }, [client, file.path, of]);

  if (answer === null || answer.of !== of) return <p className="panel-note muted">Loading the model…</p>;
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
          <b>{sizeText(model.size)}</b>
        </div>
        <div>
          <span className="label">Weights</span>
          <b>{sizeText(model.weights_size)}</b>
        </div>
        <div>
          <span className="label">Parameters</span>
          <b>{model.parameters.toLocaleString("en-GB")}</b>
        </div>
        <div>
          <span className="label">Ops</span>
          <b>{count(ops, "op")}</b>
        </div>
        <Memory model={model} />
      </div>
      {model.unsupported.length > 0 ? (
        <p className="notice warn">{model.sentence} The rune carries it as it is.</p>
      ) : (
        <p className="notice ok">Anvil compiles every op of this model into the rune.</p>
      )}
      <Tensors title="Inputs" tensors={model.inputs} />
      <Tensors title="Outputs" tensors={model.outputs} />
      <QuantisationSummary model={model} />
      <Operators model={model} />
      {model.memory?.map && <MemoryMap map={model.memory.map} />}
      <Suspense fallback={<p className="panel-note muted">Drawing the layers…</p>}>
        <ModelGraph key={of} graph={model.graph} name={baseName(file.path)} />
      </Suspense>
    </div>
  );
}
