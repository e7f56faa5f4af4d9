import { formatShape, OptionError, Parameter, ShapeError, sameShape, type Tensor } from '@sluice/core';
import { checkFloat, checkLike, checkMap, checkTensor } from '../checks.ts';

/** @throws OptionError unless they are a map with at least one parameter, each once; DTypeError, DisposedError for one that cannot be trained. */
export function checkParameters(operation: string, parameters: ReadonlyMap<string, Parameter>): void {
  checkMap(operation, 'parameters', parameters);
  if (parameters.size === 0) throw new OptionError(`${operation}: parameters are empty, expected at least one`);
  const names = new Map<Parameter, string>();
  for (const [name, parameter] of parameters) {
    const argument = `parameter ${name}`;
    checkFloat(operation, argument, parameter);
    if (!(parameter instanceof Parameter)) {
      throw new OptionError({ operation, argument, got: 'is a plain tensor', expected: 'a Parameter' });
    }
    const first = names.get(parameter);
    if (first !== undefined) {
      const expected = 'each parameter once: it would be updated twice';
      throw new OptionError({ operation, argument, got: `is also ${first}`, expected });
    }
    names.set(parameter, name);
  }
}

/** @throws as `Optimizer.step` unless there is one gradient for each parameter, like it, and all are alive. */
export function checkGradients(
  operation: string,
  gradients: ReadonlyMap<string, Tensor>,
  parameters: ReadonlyMap<string, Parameter>,
): void {
  checkMap(operation, 'gradients', gradients);
  for (const name of gradients.keys()) {
    if (!parameters.has(name)) {
      throw new OptionError(`${operation}: gradient ${name} belongs to no parameter of the optimizer`);
    }
  }
  for (const [name, parameter] of parameters) {
    const argument = `gradient ${name}`;
    const gradient = gradients.get(name);
    if (gradient === undefined) throw new OptionError(`${operation}: ${argument} is missing`);
    checkTensor(operation, `parameter ${name}`, parameter);
    checkLike(operation, argument, gradient, parameter, 'parameter');
    if (!sameShape(gradient.shape, parameter.shape)) {
      const expected = `${formatShape(parameter.shape)}, as the parameter`;
      throw new ShapeError({ operation, argument, got: `has shape ${formatShape(gradient.shape)}`, expected });
    }
  }
}
