import { Scaler } from '@sluice/data';
import { defineModel } from '@sluice/model';
import { Forecaster } from './network.ts';
import { settingsSchema } from './settings.ts';

/** What a folder of this app holds. */
export const definition = defineModel({
  kind: 'forecast',
  config: settingsSchema,
  preprocessing: { history: Scaler.fromJSON, known: Scaler.fromJSON, targets: Scaler.fromJSON },
  build: (device, settings, { history, known }) =>
    new Forecaster(device, settings, { history: history.columns.length, known: known.columns.length }),
});
