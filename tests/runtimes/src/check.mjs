import { checkBackend } from '@sluice/backend-conformance';
import { createWasmBackend } from '@sluice/backend-wasm';
import { checkFused } from '@sluice/layers';
import { train } from 'tests-training';
import { checkGoldenFile, compareFile } from 'tooling-golden';
import golden from 'tooling-golden/torch-recurrent.json' with { type: 'json' };

// What runtimes.test.ts starts in each runtime; prints one line of JSON.

/** @type {Record<string, unknown>} */
const globals = globalThis;
const { Bun, Deno, process } = /** @type {any} */ (globals);
const runtime = Deno ? `deno ${Deno.version.deno}` : Bun ? `bun ${Bun.version}` : `node ${process.versions.node}`;

const backend = await createWasmBackend();
const { passed, failed: wrong, skipped, optional } = await checkBackend(() => createWasmBackend());
const { cells } = await checkFused(backend);
const { text, compared, failed } = await compareFile(checkGoldenFile(golden, 'golden'), [() => createWasmBackend()]);
const threaded = await createWasmBackend({ simd: 'simd', threads: 2, threadThreshold: 0 });
const { threads } = threaded.info;
const threadedLosses = await train(threaded);
threaded.dispose?.();
console.log(
  JSON.stringify({
    runtime,
    simd: backend.info.simd,
    kit: { checks: passed.length + skipped.length, wrong, reasons: [...new Set(skipped.map(({ reason }) => reason))] },
    fused: { exercised: optional.exercised, cells },
    golden: { compared, failed: failed === 0 ? [] : text.split('\n').filter((line) => line.includes('FAILED')) },
    losses: await train(await createWasmBackend({ simd: 'simd' })),
    threaded: { threads, losses: threadedLosses },
  }),
);
