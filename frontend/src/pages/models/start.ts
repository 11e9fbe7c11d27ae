// Starts the pages of a project's models; their code is fetched only there.

export function modelPages(): void {
  const model = document.querySelector<HTMLElement>("[data-model]");
  if (model !== null) void import("./model").then(({ followModel }) => followModel(model));
  const form = document.querySelector<HTMLFormElement>("[data-model-form]");
  if (form !== null) void import("./model").then(({ dropOnForm }) => dropOnForm(form));
  const input = document.querySelector<HTMLFormElement>("[data-model-input]");
  if (input !== null) void import("./input").then(({ followInput }) => followInput(input));
}
