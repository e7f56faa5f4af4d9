import { app } from "../../tooling/build/tsup.js";

export default app(["src/cli.ts"]);
