/** An element of the panel of a sample that its template always has. Throws an error that names what is not there. */
export function part<T extends Element = HTMLElement>(root: ParentNode, selector: string): T {
  const element = root.querySelector<T>(selector);
  if (element === null) throw new Error(`The panel has no ${selector}`);
  return element;
}
