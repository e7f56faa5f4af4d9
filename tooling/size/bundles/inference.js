export * as autograd from '@sluice/autograd';
export * as backend from '@sluice/backend-js';
export * as core from '@sluice/core';
export * as layers from '@sluice/layers';
