import { Device } from './device.ts';
import { OptionError, refuse } from './errors.ts';
import { kindOf } from './kind-of.ts';

/** @throws OptionError unless `device` is a `Device`, e.g. for a backend in its place. */
export function checkIsDevice(operation: string, device: Device): void {
  if (device instanceof Device) return;
  refuse(
    OptionError,
    operation,
    'device',
    `is ${kindOf(device)}${'upload' in Object(device) ? ' (a backend)' : ''}`,
    'a Device, made by new Device(backend)',
  );
}
