// usage: node tfjs.mjs cpu|wasm PEERS
import { dirname, join } from 'node:path';
import { load, peers, versionOf } from './peer.mjs';
import { runner } from './runner.mjs';
import { serve } from './serve.mjs';
import { prepareTfjs } from './tfjs-library.mjs';

const backend = process.argv[2];
/** @type {import('./runner.mjs').Library['prepare']} */
let prepare;

async function start() {
  const tf = load('@tensorflow/tfjs');
  if (backend === 'wasm') {
    const wasm = load('@tensorflow/tfjs-backend-wasm');
    wasm.setWasmPaths(`${join(dirname(peers.resolve('@tensorflow/tfjs-backend-wasm')), '.')}/`);
  }
  await tf.setBackend(backend);
  await tf.ready();
  prepare = prepareTfjs(tf);
  return { versions: { 'TensorFlow.js': versionOf('@tensorflow/tfjs') } };
}

await serve(runner({ start, prepare: (workload, mode) => prepare(workload, mode) }));
