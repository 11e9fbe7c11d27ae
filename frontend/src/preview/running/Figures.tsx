// Three figures: how long a run takes, how much memory it uses, how large the rune is.
import { millisecondsText, sizeText } from "../readings/numbers";

interface Props {
  readonly milliseconds: number | null;
  /** Runs of the rune since it was loaded. The first one also prepares its code. */
  readonly runs: number;
  /** Bytes: what a run needs, as the build laid it out. */
  readonly memory: number | null;
  /** Bytes of the whole WebAssembly memory, shown for a rune that does not say what a run needs. */
  readonly wasmMemory: number;
  readonly size: number;
  /** True if it keeps up with what streams in; null while nothing does. */
  readonly pace: string | null;
}

/** The meanings of the figures; docs/guides/preview.md compares them with those of other pages. */
const MEMORY = "What a run writes, as the build planned it: buffers and messages, without the model's constants";
const WASM_MEMORY = "The whole memory of the module: constants, stack and what is left of the last page included";

const FIRST_RUN = "The first run also prepares the code. Later runs take less; the figure is then their median.";

export function Figures({ milliseconds, runs, memory, wasmMemory, size, pace }: Props) {
  return (
    <div className="stack preview-figures-row">
      <dl className="figures num preview-figures">
        <div>
          <dt className="label">Inference time</dt>
          <dd>
            {milliseconds === null ? "–" : millisecondsText(milliseconds)}
            {runs === 1 && (
              <small className="muted" title={FIRST_RUN}>
                {" "}
                first run
              </small>
            )}
          </dd>
        </div>
        <div>
          <dt className="label" title={memory === null ? WASM_MEMORY : MEMORY}>
            {memory === null ? "Wasm memory" : "Memory"}
          </dt>
          <dd>{sizeText(memory ?? wasmMemory)}</dd>
        </div>
        <div>
          <dt className="label" title="The file: code and constants">
            Size
          </dt>
          <dd>{sizeText(size)}</dd>
        </div>
      </dl>
      {pace !== null && <p className="small muted num">{pace}</p>}
    </div>
  );
}
