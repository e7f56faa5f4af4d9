import { classes, numbers } from './data.mjs';

/**
 * TensorFlow.js, once it is loaded and its backend chosen.
 * @param {any} tf which is not installed here when types are checked
 * @returns {import('./runner.mjs').Library['prepare']}
 */
export function prepareTfjs(tf) {
  return async ({ batch, time, input, hidden, layers, output, loss, head }, mode) => {
    const isLast = head === 'last step';
    const leading = isLast ? [batch] : [batch, time];
    const predictions = isLast ? batch : batch * time;
    const model = tf.sequential();
    for (let layer = 0; layer < layers; layer++) {
      const inputShape = layer === 0 ? { inputShape: [time, input] } : {};
      // Its default initialiser takes minutes for large layers; the gate is the plain sigmoid, as everywhere else.
      const returnSequences = !isLast || layer < layers - 1;
      const options = { units: hidden, returnSequences, recurrentActivation: 'sigmoid' };
      model.add(tf.layers.lstm({ ...options, recurrentInitializer: 'glorotUniform', ...inputShape }));
    }
    model.add(tf.layers.dense({ units: output }));
    const x = tf.tensor(numbers(batch * time * input), [batch, time, input]);
    if (mode === 'inference') {
      return async () => {
        const y = model.predict(x);
        const values = await y.data();
        y.dispose();
        return values[values.length - 1];
      };
    }
    const target =
      loss === 'crossEntropy'
        ? tf.oneHot(tf.tensor(classes(predictions, output), leading, 'int32'), output).toFloat()
        : tf.tensor(numbers(predictions * output, 3), [...leading, output]);
    const optimizer = tf.train.adam(0.001);
    const compute = () => {
      const y = model.apply(x, { training: true });
      return loss === 'crossEntropy' ? tf.losses.softmaxCrossEntropy(target, y) : tf.losses.meanSquaredError(target, y);
    };
    return async () => {
      const value = optimizer.minimize(compute, true);
      const [result] = await value.data();
      value.dispose();
      return result;
    };
  };
}
