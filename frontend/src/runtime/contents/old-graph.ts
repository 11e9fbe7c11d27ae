// The graph of runes before 0.9, whose stages have numbers: turned into the layout that came after it.
import { graphTypeOf } from "../capabilities";
import { isRecord } from "../records";

type Fields = Readonly<Record<string, unknown>>;

/** The same graph if it is of the newer layout. */
export function newerGraph(graph: Fields): Fields {
  if (!isRecord(graph.stages) || graph.capabilities !== undefined) return graph;
  const names = new Map(Object.entries(record(graph.names)).map(([name, id]) => [String(id), name]));
  const capabilities: Record<string, unknown> = {};
  const outputs: Record<string, unknown> = {};
  const blocks: Record<string, unknown> = {};
  const models: Record<string, unknown> = {};
  for (const [id, value] of Object.entries(graph.stages)) {
    const stage = record(value);
    const name = names.get(id) ?? `stage ${id}`;
    const commonFields = {
      args: record(stage.args),
      inputs: slots(stage.input_slots),
      outputs: slots(stage.output_slots),
    };
    if (typeof stage.capability === "string") {
      capabilities[name] = { kind: { type: graphTypeOf(stage.capability) }, ...commonFields };
    } else if (typeof stage.out === "string") {
      outputs[name] = { kind: { type: stage.out.toLowerCase() }, ...commonFields };
    } else if (typeof stage.model === "string") {
      models[name] = { file: stage.model, ...commonFields };
    } else if (stage["proc-block"] !== undefined) {
      blocks[name] = { path: stage["proc-block"], ...commonFields };
    }
  }
  const tensors = Object.fromEntries(
    Object.entries(record(graph.types)).map(([id, value]) => {
      const { type, dimensions } = record(value);
      return [id, { element_type: type, dimensions }];
    }),
  );
  return { ...graph, capabilities, outputs, models, "proc-blocks": blocks, tensors };
}

function slots(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function record(value: unknown): Fields {
  return isRecord(value) ? value : {};
}
