// What the studio knows of a person's Python.
export * from "./messages";
export { PythonFrame, PythonStopped } from "./python-frame";
