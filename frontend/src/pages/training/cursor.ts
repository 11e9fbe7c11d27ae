// One cursor over the accuracy and the loss of a run: it follows the pointer, and tells both curves of that epoch.

const SVG = "http://www.w3.org/2000/svg";

/** Place, y of accuracy and of loss, epoch, and the texts of both accuracies and losses. */
export type CurveRow = readonly [number, number, number, number, string, string, string, string];

export function curveCursors(): void {
  document.addEventListener("pointermove", ({ target, clientX }) => {
    const drawing = target instanceof Element ? target.closest<SVGSVGElement>("svg[data-curves]") : null;
    for (const cursor of document.querySelectorAll("svg[data-curves] > .cursor"))
      if (cursor.parentElement !== drawing) cursor.remove();
    if (drawing !== null) showCursor(drawing, clientX);
  });
}

/** The row that is nearest to a place of the drawing; null where there is none. */
export function nearestRow(rows: readonly CurveRow[], place: number): CurveRow | null {
  let nearest: CurveRow | null = null;
  for (const row of rows)
    if (nearest === null || Math.abs(row[0] - place) < Math.abs(nearest[0] - place)) nearest = row;
  return nearest;
}

function showCursor(drawing: SVGSVGElement, clientX: number): void {
  const box = drawing.getBoundingClientRect();
  const width = drawing.viewBox.baseVal.width;
  const row = nearestRow(rowsOf(drawing), ((clientX - box.left) / box.width) * width);
  drawing.querySelector(":scope > .cursor")?.remove();
  if (row === null) return;
  const [x, accuracy, loss, epoch, validation, train, validationLoss, trainLoss] = row;
  const group = element("g", { class: "cursor" });
  group.append(
    element("line", { x1: x, x2: x, y1: 22, y2: 276 }),
    element("circle", { cx: x, cy: accuracy, r: 3.5 }),
    element("circle", { cx: x, cy: loss, r: 3.5 }),
    tip(x, 90, width, [`Epoch ${String(epoch)}`, `validation ${validation}`, `train ${train}`]),
    tip(x, 190, width, [`Epoch ${String(epoch)}`, `validation ${validationLoss}`, `train ${trainLoss}`]),
  );
  drawing.append(group);
}

function tip(x: number, y: number, width: number, lines: readonly string[]): SVGElement {
  const left = x > width / 2 ? x - 116 : x + 8;
  const group = element("g", {});
  group.append(element("rect", { x: left, y, width: 108, height: 48, rx: 6 }));
  for (const [place, text] of lines.entries()) {
    const line = element("text", { x: left + 8, y: y + 15 + place * 14 });
    line.textContent = text;
    group.append(line);
  }
  return group;
}

function rowsOf(drawing: SVGSVGElement): CurveRow[] {
  const rows: unknown = JSON.parse(drawing.dataset["curves"] ?? "[]");
  return Array.isArray(rows) ? (rows as CurveRow[]) : [];
}

function element(name: string, attributes: Readonly<Record<string, string | number>>): SVGElement {
  const created = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) created.setAttribute(key, String(value));
  return created;
}
