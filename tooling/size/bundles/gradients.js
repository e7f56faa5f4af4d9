export * from '@sluice/autograd';
export * from '@sluice/core';
