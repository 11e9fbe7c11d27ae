// The names that the studio imports for a person's Python.
export * from "./messages";
export { PythonFrame, PythonStopped } from "./python-frame";
