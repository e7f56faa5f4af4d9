import {
  type Device,
  DisposedError,
  FormatError,
  formatShape,
  isFloat,
  kindOf,
  OptionError,
  Parameter,
  sameShape,
  sizeOf,
  type TensorData,
} from '@sluice/core';

/** The elements of all parameters, on the host. */
export async function readStateDict(parameters: ReadonlyMap<string, Parameter>): Promise<Map<string, TensorData>> {
  checkUsable('stateDict', parameters);
  const entries = [...parameters].map(async ([name, parameter]) => {
    const { dtype, shape } = parameter;
    return [name, { dtype, shape, data: await parameter.data() }] as const;
  });
  return new Map(await Promise.all(entries));
}

/** Replaces the elements of all parameters, or of none when something does not fit. */
export function loadStateDict(
  device: Device,
  parameters: ReadonlyMap<string, Parameter>,
  state: ReadonlyMap<string, TensorData>,
): void {
  if (typeof state?.get !== 'function') {
    const problem = { operation: 'loadStateDict', argument: 'state', got: `is ${kindOf(state)}` };
    throw new OptionError({ ...problem, expected: 'a map of host arrays by name, such as stateDict() gives' });
  }
  checkUsable('loadStateDict', parameters);
  const problems = compare(parameters, state);
  if (problems.length > 0) {
    throw new FormatError(
      `loadStateDict: the state does not fit the model, nothing was changed\n${problems.join('\n')}`,
    );
  }
  device.scope(() => {
    Parameter.assignAll(
      [...parameters].map(([name, parameter]) => {
        const { shape, dtype } = parameter;
        return [parameter, device.tensor((state.get(name) as TensorData).data, { shape, dtype })];
      }),
    );
  });
}

function checkUsable(operation: string, parameters: ReadonlyMap<string, Parameter>): void {
  for (const [name, { disposed }] of parameters) {
    if (disposed) throw new DisposedError(`${operation}: parameter ${name} was freed`);
  }
}

function compare(parameters: ReadonlyMap<string, Parameter>, state: ReadonlyMap<string, TensorData>): string[] {
  const missing: string[] = [];
  const misfits: string[] = [];
  for (const [name, parameter] of parameters) {
    const value = state.get(name);
    if (value === undefined) missing.push(name);
    else for (const problem of misfit(name, parameter, value)) misfits.push(problem);
  }
  const unexpected = [...state.keys()].filter((name) => !parameters.has(name));
  const list = (title: string, names: readonly string[]) =>
    names.length > 0 ? [`  ${title}: ${names.join(', ')}`] : [];
  return [...list('missing', missing), ...list('unexpected', unexpected), ...misfits.map((text) => `  ${text}`)];
}

function misfit(name: string, parameter: Parameter, value: TensorData): string[] {
  if (!ArrayBuffer.isView(value?.data)) return [`${name} is ${kindOf(value)}, expected { dtype, shape, data }`];
  if (!sameShape(value.shape, parameter.shape)) {
    return [`${name} has shape ${formatShape(value.shape)}, expected ${formatShape(parameter.shape)}`];
  }
  if (!isFloat(value.dtype)) return [`${name} has dtype ${value.dtype}, expected a float dtype`];
  if (value.data.length !== sizeOf(value.shape)) {
    return [`${name} has ${value.data.length} elements, expected ${sizeOf(value.shape)}`];
  }
  return [];
}
