// Tensors as pictures: a picture, a heat map, a line, a histogram. Each drawn on a canvas of one pixel a value.
import { useEffect, useMemo, useRef } from "react";
import type { OutputTensor } from "../../../runtime";
import { numberText } from "../../readings/numbers";
import { tableOf } from "../../readings/tables";
import { Columns } from "./Columns";
import { histogramOf, sidesOf } from "./views";

export function ImageView({ tensor }: { readonly tensor: OutputTensor }) {
  const { height, width, channels } = sidesOf(tensor) ?? { height: 1, width: 1, channels: 1 };
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = canvas.current?.getContext("2d") ?? null;
    if (context === null) return;
    const values = tensor.elements as readonly number[];
    const scale = brightness(tensor.type, values);
    const image = context.createImageData(width, height);
    const { data } = image;
    for (let pixel = 0; pixel < width * height; pixel += 1) {
      for (let channel = 0; channel < 3; channel += 1)
        data[pixel * 4 + channel] = scale(values[pixel * channels + (channels === 3 ? channel : 0)] ?? 0);
      data[pixel * 4 + 3] = 255;
    }
    context.putImageData(image, 0, 0);
  }, [tensor, width, height, channels]);
  return (
    <>
      <canvas
        ref={canvas}
        className="preview-result"
        width={width}
        height={height}
        role="img"
        aria-label={`A picture of ${width} by ${height} pixels`}
      />
      {channels !== 1 && channels !== 3 && <p className="small muted">The first of {channels} channels</p>}
    </>
  );
}

/** Bytes as they are; floats from 0 to 1, to 255, or, where they are neither, from the lowest to the highest. */
function brightness(type: string, values: readonly number[]): (value: number) => number {
  if (type === "u8") return (value) => value;
  if (type === "i8") return (value) => value + 128;
  const { low, high } = histogramOf(values, 1);
  if (low >= 0 && high <= 1.001) return (value) => value * 255;
  if (low >= 0 && high <= 255) return (value) => value;
  return (value) => ((value - low) / (high - low || 1)) * 255;
}

/** Rows and columns as a heat map; what is no table is drawn as a line. */
export function MapView({ tensor }: { readonly tensor: OutputTensor }) {
  const values = tensor.elements as readonly number[];
  const table = tableOf(tensor);
  const { low, high } = useMemo(() => histogramOf(values, 1), [values]);
  return (
    <>
      {table === null ? (
        <Line values={values} low={low} high={high} />
      ) : (
        <HeatMap values={values} columns={table.columns} rows={table.rows} low={low} high={high} />
      )}
      <Summary tensor={tensor} low={low} high={high} />
    </>
  );
}

function Summary({
  tensor,
  low,
  high,
}: {
  readonly tensor: OutputTensor;
  readonly low: number;
  readonly high: number;
}) {
  return (
    <p className="small muted num">
      {tensor.type}[{tensor.dimensions.join(", ")}]
      {low <= high ? `, from ${numberText(low)} to ${numberText(high)}` : ""}
    </p>
  );
}

interface HeatMapProps {
  readonly values: readonly number[];
  readonly columns: number;
  readonly rows: number;
  readonly low: number;
  readonly high: number;
}

function HeatMap({ values, columns, rows, low, high }: HeatMapProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = canvas.current?.getContext("2d") ?? null;
    if (context === null) return;
    const image = context.createImageData(columns, rows);
    const { data } = image;
    const span = high - low || 1;
    for (let index = 0; index < columns * rows; index += 1) {
      const share = ((values[index] ?? low) - low) / span;
      data[index * 4] = 30 + 225 * share;
      data[index * 4 + 1] = 20 + 170 * share ** 1.6;
      data[index * 4 + 2] = 12 + 90 * share ** 3;
      data[index * 4 + 3] = 255;
    }
    context.putImageData(image, 0, 0);
  }, [values, columns, rows, low, high]);
  return (
    <canvas
      ref={canvas}
      className="preview-map"
      width={columns}
      height={rows}
      role="img"
      aria-label={`A map of ${rows} rows of ${columns} values`}
    />
  );
}

const WIDTH = 320;
const HEIGHT = 48;

/** At most one point a pixel, each the highest or lowest of those it stands for, so that no peak is lost. */
function Line({
  values,
  low,
  high,
}: {
  readonly values: readonly number[];
  readonly low: number;
  readonly high: number;
}) {
  const span = high - low || 1;
  const middle = (low + high) / 2;
  const step = Math.max(1, Math.ceil(values.length / WIDTH));
  const sampledValues = Array.from({ length: Math.ceil(values.length / step) }, (_, index) => {
    const part = values.slice(index * step, (index + 1) * step).filter(Number.isFinite);
    return part.reduce(
      (far, value) => (Math.abs(value - middle) > Math.abs(far - middle) ? value : far),
      part[0] ?? low,
    );
  });
  const points = sampledValues.map(
    (value, index) =>
      `${(index / Math.max(1, sampledValues.length - 1)) * WIDTH},${HEIGHT - 2 - ((value - low) / span) * (HEIGHT - 4)}`,
  );
  return (
    <svg
      className="preview-line"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label="Line chart of the values"
    >
      <polyline points={points.join(" ")} vectorEffect="non-scaling-stroke" />
    </svg>
  );
}

export function HistogramView({ tensor }: { readonly tensor: OutputTensor }) {
  const histogram = useMemo(() => histogramOf(tensor.elements as readonly number[]), [tensor]);
  const most = Math.max(1, ...histogram.counts);
  return (
    <>
      <Columns
        shares={histogram.counts.map((count) => count / most)}
        label={`Histogram of the values from ${numberText(histogram.low)} to ${numberText(histogram.high)}`}
      />
      <dl className="preview-facts small num">
        <Fact name="Lowest" value={histogram.low} />
        <Fact name="Mean" value={histogram.mean} />
        <Fact name="Highest" value={histogram.high} />
      </dl>
      {histogram.odd > 0 && <p className="small preview-bad">{histogram.odd} of the values are no finite numbers.</p>}
    </>
  );
}

function Fact({ name, value }: { readonly name: string; readonly value: number }) {
  return (
    <div>
      <dt className="muted">{name}</dt>
      <dd>{numberText(Number(value.toPrecision(5)))}</dd>
    </div>
  );
}
