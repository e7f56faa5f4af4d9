import { numbers } from './data.mjs';

// Protocol buffers: a field is a key (its number and how its value is written) and the value. The numbers are those of onnx.proto.
const varint = 0;
const bytes = 2;

function variable(/** @type {number} */ value) {
  const out = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) out.push((rest % 128) + 128);
  return Buffer.from([...out, rest]);
}

const integer = (/** @type {number} */ field, /** @type {number} */ value) =>
  Buffer.concat([variable(field * 8 + varint), variable(value)]);

function message(/** @type {number} */ field, /** @type {string | Uint8Array | readonly Uint8Array[]} */ value) {
  const content = typeof value === 'string' ? Buffer.from(value) : Array.isArray(value) ? Buffer.concat(value) : value;
  const body = /** @type {Uint8Array} */ (content);
  return Buffer.concat([variable(field * 8 + bytes), variable(body.length), body]);
}

const float = 1;
const int64 = 7;

function tensor(
  /** @type {string} */ name,
  /** @type {readonly number[]} */ shape,
  /** @type {Float32Array | BigInt64Array} */ data,
) {
  const type = data instanceof Float32Array ? float : int64;
  const raw = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return message(5, [...shape.map((size) => integer(1, size)), integer(2, type), message(8, name), message(9, raw)]);
}

function node(
  /** @type {string} */ operator,
  /** @type {readonly string[]} */ inputs,
  /** @type {readonly string[]} */ outputs,
  /** @type {readonly Uint8Array[]} */ attributes = [],
) {
  const names = [...inputs.map((name) => message(1, name)), ...outputs.map((name) => message(2, name))];
  return message(1, [...names, message(4, operator), ...attributes]);
}

const integerAttribute = 2;
const attribute = (/** @type {string} */ name, /** @type {number} */ value) =>
  message(5, [message(1, name), integer(3, value), integer(20, integerAttribute)]);

function value(/** @type {number} */ field, /** @type {string} */ name, /** @type {readonly number[]} */ shape) {
  const sizes = shape.map((size) => message(1, [integer(1, size)]));
  const type = message(1, [integer(1, float), message(2, sizes)]);
  return message(field, [message(1, name), message(2, type)]);
}

/**
 * LSTM layers and a linear head on every step as an ONNX model (operator set 13): x [time, batch, input] to y [time, batch, output].
 * @param {import('../workloads.ts').Workload} workload
 * @returns {Buffer}
 */
export function lstmModel({ batch, time, input, hidden, layers, output }) {
  const scale = 1 / Math.sqrt(hidden);
  const weights = (/** @type {string} */ name, /** @type {readonly number[]} */ shape) => {
    const size = shape.reduce((a, b) => a * b, 1);
    return tensor(
      name,
      shape,
      numbers(size, name.length).map((each) => each * scale),
    );
  };
  const graph = [message(2, 'lstm'), tensor('axes', [1], BigInt64Array.of(1n))];
  let [source, size] = ['x', input];
  for (let i = 0; i < layers; i++) {
    graph.push(weights(`W${i}`, [1, 4 * hidden, size]), weights(`R${i}`, [1, 4 * hidden, hidden]));
    graph.push(weights(`B${i}`, [1, 8 * hidden]));
    graph.push(node('LSTM', [source, `W${i}`, `R${i}`, `B${i}`], [`y${i}`], [attribute('hidden_size', hidden)]));
    graph.push(node('Squeeze', [`y${i}`, 'axes'], [`h${i}`]));
    [source, size] = [`h${i}`, hidden];
  }
  graph.push(weights('head', [hidden, output]), weights('bias', [output]));
  graph.push(node('MatMul', [source, 'head'], ['product']), node('Add', ['product', 'bias'], ['y']));
  graph.push(value(11, 'x', [time, batch, input]), value(12, 'y', [time, batch, output]));
  return Buffer.concat([integer(1, 8), message(7, graph), message(8, [message(1, ''), integer(2, 13)])]);
}
