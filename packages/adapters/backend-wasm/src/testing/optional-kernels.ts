/** As the conformance kit names them. */
export const optionalKernels = [
  'lstm, float32',
  'lstm, projected, float32',
  'gru, reset after, float32',
  'gru, reset before, float32',
  'rnn, tanh, float32',
  'rnn, relu, float32',
  'adam, float32',
  'sumOfSquares, float32',
  'dropoutMask, float32',
  'dropoutMask, float64',
];
