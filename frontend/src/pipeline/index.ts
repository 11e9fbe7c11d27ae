export { FULL, ROW, SMALL, type Form } from "./form";
export { place, placeOnce, type PipelineLayout, type PlacedNode, type PlacedWire } from "./layout";
export { forwardWires } from "./order";
export { pathOf, type PathPoint } from "./paths";
export { drawPipeline, slotsOf } from "./drawing";
export { KIND_WORDS, describeStages } from "./description";
export type { Pipeline, Stage, Wire } from "./types";
