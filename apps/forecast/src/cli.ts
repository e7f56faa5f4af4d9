#!/usr/bin/env node
import { main } from './program.ts';

// Whoever reads the output may stop reading; training goes on.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

process.exitCode = await main(process.argv.slice(2));
