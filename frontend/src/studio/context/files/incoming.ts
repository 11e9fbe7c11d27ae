// The code that is needed when files come, or an act on them needs no answer, as one part of the program: each part that is
// fetched apart costs the first load.
export { fileAnswers } from "./answers";
export { convert } from "./model-work";
export { loneArchive } from "../../../look/files/dropped-archive";
export { isPlain, loneSource, planUpload } from "../../session/uploads/plan";
export { savedModelOf } from "../../session/uploads/saved-model";
