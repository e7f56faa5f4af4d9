import { createJsBackend } from '@sluice/backend-js';
import { Device } from '@sluice/core';
import { it } from 'vitest';
import { crossEntropy, gaussianNegativeLogLikelihood } from '../index.ts';
import { expectTorch, torchLosses } from '../testing/torch-losses.ts';

const device = new Device(createJsBackend(), { dtype: 'float64' });

interface CrossEntropyGolden {
  readonly targets: { readonly shape: number[]; readonly data: number[] };
  readonly weight?: number[];
  readonly label_smoothing?: number;
  readonly ignore_index?: number;
}

it.each(torchLosses<CrossEntropyGolden>('cross_entropy'))(
  "crossEntropy is PyTorch's loss and gradient (%#)",
  async (golden) => {
    const { targets, weight, label_smoothing: labelSmoothing, ignore_index: ignoreIndex } = golden.options;
    const labels = device.tensor(Int32Array.from(targets.data), { shape: targets.shape });
    const options = {
      ...(weight && { classWeights: weight }),
      ...(labelSmoothing !== undefined && { labelSmoothing }),
      ...(ignoreIndex !== undefined && { ignoreIndex }),
    };
    await expectTorch(device, golden, ({ logits }, reduction) =>
      crossEntropy(logits!, labels, { ...options, reduction }),
    );
  },
);

interface GaussianGolden {
  readonly full?: boolean;
  readonly eps?: number;
}

it.each(torchLosses<GaussianGolden>('gaussian_nll_loss'))(
  "gaussianNegativeLogLikelihood is PyTorch's loss and gradient: $options",
  async (golden) => {
    const { full, eps: epsilon } = golden.options;
    const options = { ...(full !== undefined && { full }), ...(epsilon !== undefined && { epsilon }) };
    await expectTorch(device, golden, ({ mean, variance, target }, reduction) =>
      gaussianNegativeLogLikelihood(mean!, variance!, target!, { ...options, reduction }),
    );
  },
);
