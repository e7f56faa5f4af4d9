// usage: node brain.mjs PEERS
import { numbers } from './data.mjs';
import { load, versionOf } from './peer.mjs';
import { runner, Unsupported } from './runner.mjs';
import { serve } from './serve.mjs';

/** @type {any} brain.js, which is not installed here when types are checked */
let brain;

async function start() {
  brain = load('brain.js');
  return { versions: { 'brain.js': versionOf('brain.js') } };
}

/** @type {import('./runner.mjs').Library['prepare']} */
async function prepare({ batch, time, input, hidden, layers, loss, head }, mode) {
  if (loss === 'crossEntropy') throw new Unsupported('brain.js has no cross-entropy for sequences of vectors');
  if (head === 'last step') throw new Unsupported('brain.js has a loss at every step alone');
  const LSTM = brain.recurrent.LSTMTimeStep;
  const net = new LSTM({
    inputSize: input,
    outputSize: input,
    hiddenLayers: new Array(layers).fill(hidden),
    hiddenSizes: new Array(layers).fill(hidden),
  });
  const steps = mode === 'training' ? time + 1 : time;
  const sequences = Array.from({ length: batch }, (_, row) => {
    const values = numbers(steps * input, row + 1);
    return Array.from({ length: steps }, (_, t) => [...values.subarray(t * input, (t + 1) * input)]);
  });
  const options = { iterations: 1, errorThresh: 0, learningRate: 0.001, log: false };
  if (mode === 'training') return () => net.train(sequences, options).error;
  // It runs only what it has trained.
  const first = /** @type {number[]} */ (sequences[0]?.[0]);
  net.train([[first, first]], options);
  return () => {
    let last = 0;
    for (const sequence of sequences) [last] = net.run(sequence);
    return last;
  };
}

await serve(runner({ start, prepare }));
