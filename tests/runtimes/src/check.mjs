import { conformanceChecks, createCheckContext } from '@sluice/backend-conformance';
import { createWasmBackend } from '@sluice/backend-wasm';
import { checkFused } from '@sluice/layers';
import { train } from 'tests-training';
import { checkGoldenFile, compareFile } from 'tooling-golden';
import golden from 'tooling-golden/torch-recurrent.json' with { type: 'json' };

// What runtimes.test.ts starts in each runtime; prints one line of JSON.

/** @returns {Promise<string[]>} what failed of the conformance kit */
async function kitFailures(/** @type {Parameters<typeof createCheckContext>[0]} */ backend) {
  const failures = [];
  for (const check of conformanceChecks) {
    try {
      await check.run(createCheckContext(backend));
    } catch (error) {
      failures.push(`${check.name}: ${error}`);
    }
  }
  return failures;
}

/** @type {Record<string, unknown>} */
const globals = globalThis;
const { Bun, Deno, process } = /** @type {any} */ (globals);
const runtime = Deno ? `deno ${Deno.version.deno}` : Bun ? `bun ${Bun.version}` : `node ${process.versions.node}`;

const backend = await createWasmBackend();
const failures = await kitFailures(backend);
const { cells } = await checkFused(backend);
const { text, compared, failed } = await compareFile(checkGoldenFile(golden, 'golden'), [() => createWasmBackend()]);
console.log(
  JSON.stringify({
    runtime,
    simd: backend.info.simd,
    kit: { checks: conformanceChecks.length, failures },
    fused: cells,
    golden: { compared, failed: failed === 0 ? [] : text.split('\n').filter((line) => line.includes('FAILED')) },
    losses: await train(await createWasmBackend({ simd: 'simd' })),
  }),
);
