import { library } from "../../../tooling/build/tsup.js";

export default library();
