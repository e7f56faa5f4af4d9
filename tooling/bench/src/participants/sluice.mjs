// usage: node sluice.mjs js|headlessgl, or node sluice.mjs simd|relaxed-simd THREADS
import { createGpujsBackend } from '@sluice/backend-gpujs';
import { createJsBackend } from '@sluice/backend-js';
import { createWasmBackend } from '@sluice/backend-wasm';
import { gpujsVersion } from './gpujs-version.mjs';
import { profiled } from './profiled.mjs';
import { runner } from './runner.mjs';
import { serve } from './serve.mjs';
import { sluice } from './sluice-library.mjs';

const [build, threads] = process.argv.slice(2);

async function createBackend() {
  if (build === 'js') return createJsBackend();
  if (build === 'headlessgl') return createGpujsBackend({ mode: build });
  return createWasmBackend({ simd: /** @type {'simd' | 'relaxed-simd'} */ (build), threads: Number(threads) });
}

const versions = { Node: process.versions.node, ...(build === 'headlessgl' && { 'gpu.js': gpujsVersion }) };
const answer = runner(sluice(createBackend, versions));
await serve((request) =>
  request.do === 'profile' ? profiled(() => answer({ ...request, do: 'section' })) : answer(request),
);
