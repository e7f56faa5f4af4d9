import { checkBackend } from '@sluice/backend-conformance';
import { createWasmBackend } from '@sluice/backend-wasm';
import { checkFused } from '@sluice/layers';
import { sweep, train } from 'tests-training';
import { checkGoldenFile, compareFile } from 'tooling-golden';
import golden from 'tooling-golden/torch-recurrent.json' with { type: 'json' };
import { readTables } from './tables.mjs';

// What runtimes.test.ts starts in each runtime; prints one line of JSON.

/** @type {Record<string, unknown>} */
const globals = globalThis;
const { Bun, Deno, process } = /** @type {any} */ (globals);
const runtime = Deno ? `deno ${Deno.version.deno}` : Bun ? `bun ${Bun.version}` : `node ${process.versions.node}`;

/** @param {number} threads */
async function check(threads) {
  const create = () => createWasmBackend({ threads, threadThreshold: 0 });
  const backend = await create();
  const { passed, failed: wrong, skipped, optional } = await checkBackend(create);
  const { cells } = await checkFused(backend);
  const { text, compared, failed } = await compareFile(checkGoldenFile(golden, 'golden'), [create]);
  const { simd, threads: running } = backend.info;
  return {
    info: { simd, threads: running },
    kit: { checks: passed.length + skipped.length, wrong, reasons: [...new Set(skipped.map(({ reason }) => reason))] },
    fused: { exercised: optional.exercised, cells },
    golden: { compared, failed: failed === 0 ? [] : text.split('\n').filter((line) => line.includes('FAILED')) },
    functions: await sweep(backend),
    losses: await train(await createWasmBackend({ simd: 'simd', threads, threadThreshold: 0 })),
  };
}

const tables = await readTables(process.argv[2]);
console.log(JSON.stringify({ runtime, tables, results: [await check(1), await check(2)] }));
// Workers of backends that the kit leaves open.
if (Deno) Deno.exit(0);
else process.exit(0);
