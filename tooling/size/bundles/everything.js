export * as autograd from '@sluice/autograd';
export * as backend from '@sluice/backend-js';
export * as core from '@sluice/core';
export * as data from '@sluice/data';
export * as layers from '@sluice/layers';
export * as training from '@sluice/training';
