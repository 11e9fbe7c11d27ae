// Hints for who records: how to hold, what to vary, and what belongs to everything else. Pure.

export const HINTS = {
  sound:
    "Hold, make the sound once, let go. Then vary it: near and far, loud and quiet. A long recording is cut at each sound.",
  picture: "Hold, and turn it slowly: a picture is taken twice a second. Then vary place, light and distance.",
  motion: "Hold while it moves, let go. Then vary it: fast and slow.",
  table: "Drop .csv files: a heading line, then a row for each reading.",
} as const;

export const BACKGROUND_HINTS = {
  sound: "Everything else: silence, steps, voices.",
  picture: "Everything else: the empty place, other things.",
  motion: "Everything else: at rest, carried about.",
  table: "Everything else: the usual state.",
} as const;

export const BACKGROUND_REASONS = {
  sound: "Without it the app has to call every noise by your label.",
  picture: "Without it the app has to call every picture by your label.",
  motion: "Without it the app has to call every motion by your label.",
  table: "Without it the app has to call every reading by your label.",
} as const;
