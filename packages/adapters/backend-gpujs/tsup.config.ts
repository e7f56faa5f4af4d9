import { library } from '../../../tooling/build/tsup.ts';

export default library();
