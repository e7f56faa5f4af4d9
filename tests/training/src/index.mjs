export { sweep } from './sweep.mjs';
export { train } from './train.mjs';
