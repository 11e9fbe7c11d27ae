// Tensors that are neither words nor scores: one number with its past, a picture, or many values as a line or a map.
import { useEffect, useRef } from "react";
import type { OutputTensor } from "../../runtime";
import { numberText } from "../numbers";

export function NumberView({ value, past }: { readonly value: number; readonly past: readonly number[] }) {
  return (
    <>
      <p className="preview-big num">{numberText(value)}</p>
      {past.length > 2 && <Line values={past} label="The values of the last runs" />}
    </>
  );
}

export function ValuesView({ tensor }: { readonly tensor: OutputTensor }) {
  const values = tensor.elements.map(Number);
  const columns = tensor.dimensions.findLast((size) => size > 1) ?? values.length;
  const rows = Math.floor(values.length / columns);
  const finite = values.filter(Number.isFinite);
  const low = finite.reduce((a, b) => Math.min(a, b), Infinity);
  const high = finite.reduce((a, b) => Math.max(a, b), -Infinity);
  return (
    <>
      {rows > 1 ? <HeatMap values={values} columns={columns} rows={rows} low={low} high={high} /> : <Line values={values} label="The values in their order" />}
      <p className="small muted num">
        {tensor.type}[{tensor.dimensions.join(", ")}], from {numberText(low)} to {numberText(high)}
      </p>
    </>
  );
}

export function PictureView({ tensor }: { readonly tensor: OutputTensor }) {
  const [, height = 1, width = 1, channels = 1] = tensor.dimensions;
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = canvas.current?.getContext("2d") ?? null;
    if (context === null) return;
    const values = tensor.elements.map(Number);
    const scale = brightness(tensor.type, values);
    const image = context.createImageData(width, height);
    for (let pixel = 0; pixel < width * height; pixel += 1) {
      const at = (channel: number) => scale(values[pixel * channels + (channels === 3 ? channel : 0)] ?? 0);
      image.data.set([at(0), at(1), at(2), 255], pixel * 4);
    }
    context.putImageData(image, 0, 0);
  }, [tensor, width, height, channels]);
  return (
    <canvas ref={canvas} className="preview-result" width={width} height={height} role="img" aria-label={`A picture of ${width} by ${height} pixels`} />
  );
}

/** Bytes as they are; floats from 0 to 1 or, where they go beyond, to 255. */
function brightness(type: string, values: readonly number[]): (value: number) => number {
  if (type === "i8") return (value) => value + 128;
  const isFraction = type.startsWith("f") && values.every((value) => value <= 1.001);
  return isFraction ? (value) => value * 255 : (value) => value;
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
    values.slice(0, columns * rows).forEach((value, index) => {
      const share = (value - low) / (high - low || 1);
      image.data.set([30 + 225 * share, 20 + 170 * share ** 1.6, 12 + 90 * share ** 3, 255], index * 4);
    });
    context.putImageData(image, 0, 0);
  }, [values, columns, rows, low, high]);
  return <canvas ref={canvas} className="preview-map" width={columns} height={rows} role="img" aria-label={`A map of ${rows} rows of ${columns} values`} />;
}

const WIDTH = 320;
const HEIGHT = 48;

function Line({ values, label }: { readonly values: readonly number[]; readonly label: string }) {
  const finite = values.filter(Number.isFinite);
  const low = finite.reduce((a, b) => Math.min(a, b), Infinity);
  const span = finite.reduce((a, b) => Math.max(a, b), -Infinity) - low || 1;
  const step = Math.max(1, Math.floor(values.length / WIDTH));
  const points = values
    .filter((value, index) => index % step === 0 && Number.isFinite(value))
    .map((value, index, all) => `${(index / Math.max(1, all.length - 1)) * WIDTH},${HEIGHT - 2 - ((value - low) / span) * (HEIGHT - 4)}`);
  return (
    <svg className="preview-line" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={label}>
      <polyline points={points.join(" ")} vectorEffect="non-scaling-stroke" />
    </svg>
  );
}
