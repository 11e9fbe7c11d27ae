// Starts the page of a project's data; its code is fetched only there.

export function dataPages(): void {
  const root = document.querySelector<HTMLElement>("[data-samples]");
  if (root === null) return;
  void import("./page").then(({ DataPage }) => new DataPage(root).start());
}
