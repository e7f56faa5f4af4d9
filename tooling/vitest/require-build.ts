import { inject } from 'vitest';

const problem = inject('buildProblem');
if (problem !== '') throw new Error(problem);
