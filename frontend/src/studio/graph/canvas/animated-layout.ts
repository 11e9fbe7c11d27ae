// Stages glide to where a changed graph puts them, so that eyes can follow; wires go along. Nothing moves for people
// who asked for calm, nor in graphs that are too large to be drawn sixty times a second.
import { useEffect, useRef, useState } from "react";
import type { PipelineLayout, PathPoint } from "../../../pipeline";

const MILLISECONDS = 160;
const LARGEST = 80;

function point(from: PathPoint, to: PathPoint, part: number): PathPoint {
  return { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part };
}

/** Between two pictures: what is in both is on its way, what is new is where it belongs. Pure. */
export function between(before: PipelineLayout, after: PipelineLayout, part: number): PipelineLayout {
  const nodes = new Map(before.nodes.map((each) => [each.node.name, each]));
  const wires = new Map(before.wires.map((each) => [`${each.wire.target} ${each.wire.target_index}`, each]));
  return {
    ...after,
    nodes: after.nodes.map((each) => {
      const from = nodes.get(each.node.name);
      return from === undefined ? each : { ...each, ...point(from, each, part) };
    }),
    wires: after.wires.map((each) => {
      const from = wires.get(`${each.wire.target} ${each.wire.target_index}`);
      if (from === undefined || from.points.length !== each.points.length) return each;
      return {
        ...each,
        label: point(from.label, each.label, part),
        points: each.points.map((to, index) => point(from.points[index] ?? to, to, part)),
      };
    }),
  };
}

function isSameLayout(before: PipelineLayout, after: PipelineLayout): boolean {
  const nodes = new Map(before.nodes.map((each) => [each.node.name, each]));
  return after.nodes.every((each) => {
    const from = nodes.get(each.node.name);
    return from === undefined || (from.x === each.x && from.y === each.y);
  });
}

export function useAnimatedLayout(layout: PipelineLayout): PipelineLayout {
  const [shownLayout, setShownLayout] = useState(layout);
  const last = useRef(layout);
  useEffect(() => {
    const before = last.current;
    const show = (picture: PipelineLayout): void => {
      last.current = picture;
      setShownLayout(picture);
    };
    const isCalm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (isCalm || layout.nodes.length > LARGEST || isSameLayout(before, layout)) {
      show(layout);
      return;
    }
    const startTime = performance.now();
    let frame = requestAnimationFrame(function move(now: number) {
      const time = Math.min(1, Math.max(0, (now - startTime) / MILLISECONDS));
      show(time === 1 ? layout : between(before, layout, 1 - (1 - time) ** 3));
      if (time < 1) frame = requestAnimationFrame(move);
    });
    return () => cancelAnimationFrame(frame);
  }, [layout]);
  return shownLayout;
}
