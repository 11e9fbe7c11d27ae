// The code that is needed when files come, as one part of the program, since each part that is fetched apart costs the
// first load.
export { askForInput, convert } from "./model-work";
export { isPlain, loneArchive, loneSource, planUpload } from "../../session/uploads/upload-plan";
