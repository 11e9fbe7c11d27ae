// A tensor as one looks at it: a picture, a heat map, a line, a histogram, boxes, text, JSON. Fetched by the first output
// that is neither a word nor scores.
import type { OutputTensor } from "../../../runtime";
import type { ShownPicture } from "../../answers/shown-picture";
import { OverlayView } from "./OverlayView";
import { HistogramView, ImageView, MapView } from "./TensorViews";
import { JsonView, TextView } from "./TextViews";
import type { OutputView } from "./views";
import "../../styles/views.css";

interface TensorProps {
  readonly tensor: OutputTensor;
  /** Shown with it as JSON: the scores of a word. */
  readonly behind?: OutputTensor | null;
  readonly beside: readonly OutputTensor[];
  readonly shownPicture: ShownPicture | null;
  readonly title: string;
  readonly view: OutputView;
}

export default function TensorView({ tensor, behind = null, beside, shownPicture, title, view }: TensorProps) {
  switch (view) {
    case "image":
      return <ImageView tensor={tensor} />;
    case "map":
    case "line":
      return <MapView tensor={tensor} />;
    case "histogram":
      return <HistogramView tensor={tensor} />;
    case "boxes":
    case "points":
      return <OverlayView kind={view} tensor={tensor} beside={beside} shownPicture={shownPicture} title={title} />;
    case "json":
      return <JsonView tensors={behind === null ? [tensor] : [tensor, behind]} />;
    default:
      return <TextView tensor={tensor} />;
  }
}
