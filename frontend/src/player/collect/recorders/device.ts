// The properties of the device that a recording names: its system and its rate, and nothing that tells phones of one
// kind apart.
import type { Task } from "../sending/client";

const SYSTEMS: readonly (readonly [part: string, name: string])[] = [
  ["Android", "Android"],
  ["iPhone", "iOS"],
  ["iPad", "iOS"],
];

export function deviceName(userAgent: string, { kind, rate }: Pick<Task, "kind" | "rate">, isBoard = false): string {
  if (isBoard) return `board, ${rateText(kind, rate)}`;
  const system = SYSTEMS.find(([part]) => userAgent.includes(part));
  const words = [system === undefined ? "browser" : "phone", system?.[1], rateText(kind, rate)];
  return words.filter((word) => word !== undefined && word !== "").join(", ");
}

function rateText(kind: Task["kind"], rate: number): string {
  if (kind === "picture") return "";
  return kind === "sound" ? `${rate / 1000} kHz` : `${rate} rows/s`;
}
