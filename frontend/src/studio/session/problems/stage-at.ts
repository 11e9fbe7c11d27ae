// Says which stage a line of the Runefile belongs to. Pure; the outline's lines are the server's word.
import type { Outline, OutlineNode } from "../../../api/schema";

/** The last stage that begins on `line` or above it; null above the first. */
export function stageAt(outline: Outline, line: number): OutlineNode | null {
  let stage: OutlineNode | null = null;
  for (const node of outline.nodes) if (node.line <= line && (stage === null || node.line > stage.line)) stage = node;
  return stage;
}
