import {
  checkGiven,
  type Device,
  DisposedError,
  FormatError,
  formatShape,
  hasShape,
  isFloat,
  kindOf,
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
  const expected = 'a map of host arrays by name, such as stateDict() gives';
  checkGiven(typeof state?.get === 'function', 'loadStateDict', 'state', state, expected);
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
  const list = (title: string, names: Iterable<string>, held: ReadonlyMap<string, unknown>) => {
    const without = [...names].filter((name) => held.get(name) === undefined).join(', ');
    return without && [`${title}: ${without}`];
  };
  const misfits = [...parameters].flatMap(([name, parameter]) => misfit(name, parameter, state.get(name)) ?? []);
  const lists = [list('missing', parameters.keys(), state), list('unexpected', state.keys(), parameters)];
  return [...lists.flatMap((each) => each || []), ...misfits].map((text) => `  ${text}`);
}

function misfit(name: string, { shape }: Parameter, value: TensorData | undefined): string | undefined {
  if (value === undefined) return undefined;
  if (!ArrayBuffer.isView(value?.data)) return `${name} is ${kindOf(value)}, expected { dtype, shape, data }`;
  if (!sameShape(value.shape, shape)) return `${name} ${hasShape(value)}, expected ${formatShape(shape)}`;
  if (!isFloat(value.dtype)) return `${name} has dtype ${value.dtype}, expected a float dtype`;
  const { length } = value.data;
  if (length !== sizeOf(shape)) return `${name} has ${length} elements, expected ${sizeOf(shape)}`;
  return undefined;
}
