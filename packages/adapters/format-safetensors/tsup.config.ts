import { library } from "../../../tooling/build/tsup.js";

export default library(["src/index.ts", "src/node.ts"]);
