// usage: node onnx.mjs THREADS PEERS
import { numbers } from './data.mjs';
import { lstmModel } from './onnx-model.mjs';
import { load, versionOf } from './peer.mjs';
import { runner, Unsupported } from './runner.mjs';
import { serve } from './serve.mjs';

/** @type {any} ONNX Runtime, which is not installed here when types are checked */
let runtime;

async function start() {
  runtime = load('onnxruntime-node');
  return { versions: { 'ONNX Runtime': versionOf('onnxruntime-node') } };
}

/** @type {import('./runner.mjs').Library['prepare']} */
async function prepare(workload, mode) {
  if (mode === 'training') throw new Unsupported('ONNX Runtime does not train');
  const { batch, time, input, head } = workload;
  if (head === 'last step') throw new Unsupported('its model here has a head at every step');
  const session = await runtime.InferenceSession.create(lstmModel(workload), {
    intraOpNumThreads: Number(process.argv[2]),
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
  });
  const x = new runtime.Tensor('float32', numbers(time * batch * input), [time, batch, input]);
  return async () => {
    const { y } = await session.run({ x });
    return y.data[y.data.length - 1];
  };
}

await serve(runner({ start, prepare }));
