// A page of another site that uses the published npm package @hotg-ai/forge: its function, and its hook in React.
import { createElement as h } from "react";
import { createRoot } from "react-dom/client";
import forge, { useForge } from "@hotg-ai/forge";
import { Tensor } from "@hotg-ai/rune";

const numberOf = (number) => () => Tensor.fromTypedArray("f32", [1, 1], new Float32Array([number]));

window.predict = async (parameters, number) => {
  const predict = await forge(parameters);
  return predict(numberOf(number)).map((output) => Array.from(output.elements));
};

function Sine({ parameters, number }) {
  const rune = useForge(parameters);
  if (rune.state !== "loaded") return h("p", { id: "state" }, rune.state);
  const [output] = rune.predict(numberOf(number));
  return h("p", { id: "answer" }, String(output.elements[0]));
}

window.show = (parameters, number) => {
  createRoot(document.getElementById("root")).render(h(Sine, { parameters, number }));
};
window.ready = true;
