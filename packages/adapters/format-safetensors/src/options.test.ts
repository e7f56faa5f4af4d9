import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testOptions } from '../../../../tooling/vitest/taking-options.ts';
import * as safetensors from './index.ts';
import * as node from './node.ts';

const bytes = safetensors.writeSafetensors(new Map());
const path = join(mkdtempSync(join(tmpdir(), 'sluice-')), 'none.safetensors');
writeFileSync(path, bytes);

testOptions<typeof safetensors>({
  readSafetensors: (more) => safetensors.readSafetensors(bytes, 'a', more),
  readSafetensorsHeader: (more) => safetensors.readSafetensorsHeader(bytes, 'a', more),
});

testOptions<typeof node>({ readSafetensorsFile: (more) => node.readSafetensorsFile(path, more) });
