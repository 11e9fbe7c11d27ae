// Starts the pages of training; their code is fetched only there.

export function trainingPages(): void {
  const root = document.querySelector<HTMLElement>("[data-training-run], [data-training-list]");
  if (root !== null) void import("./follow").then(({ followTraining }) => followTraining(root));
  if (document.querySelector("[data-curves]") !== null || root !== null)
    void import("./cursor").then(({ curveCursors }) => curveCursors());
  if (document.querySelector("[data-training-list]") !== null)
    void import("./run-choice").then(({ runChoice }) => runChoice());
  const form = document.querySelector<HTMLFormElement>("form[data-train]");
  if (form !== null) void import("./train-form").then(({ trainForm }) => trainForm(form));
  const section = document.querySelector<HTMLElement>("[data-augmentation]");
  if (section !== null) void import("./augmentation").then(({ showAugmentation }) => showAugmentation(section));
}
