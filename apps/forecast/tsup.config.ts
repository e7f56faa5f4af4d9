import { app } from '../../tooling/build/tsup.ts';

export default app(['src/cli.ts']);
