import { runner, Unsupported } from '../runner.mjs';
import { prepareTfjs } from '../tfjs-library.mjs';

// Loaded by a script of its own.
const { tf } = globalThis;

async function start() {
  await tf.setBackend('webgl');
  await tf.ready();
  if (tf.getBackend() !== 'webgl') throw new Unsupported(`TensorFlow.js runs on ${tf.getBackend()}, not on webgl`);
  const { gl } = tf.backend().gpgpu;
  const { UNMASKED_RENDERER_WEBGL: renderer } = gl.getExtension('WEBGL_debug_renderer_info');
  return { versions: {}, renderer: gl.getParameter(renderer) };
}

globalThis.answer = runner({ start, prepare: prepareTfjs(tf) });
