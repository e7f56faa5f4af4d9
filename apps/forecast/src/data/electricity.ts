import { join } from 'node:path';
import { readRegularFile } from '@sluice/core/node';
import { Frequency, Table } from '@sluice/data';
import { AppError } from '../errors.ts';
import { runsFolder } from '../folder.ts';
import { readRNumbers } from './r-data.ts';
import type { Series } from './series.ts';

/** Where `electricityCommand` puts the package, and where Debian does. */
const electricityFolder = 'usr/lib/R/site-library/forecast/data';
const places = [join(runsFolder, 'r-cran-forecast'), '/'];

const electricityCommand =
  '(mkdir -p apps/forecast/runs && cd apps/forecast/runs && apt-get download r-cran-forecast && dpkg-deb -x r-cran-forecast_*.deb r-cran-forecast)';

/**
 * Demand every half-hour from Monday, 5 June 2000 (Taylor 2003, Journal of the Operational Research Society 54).
 * @param from folders that may hold the contents of the Debian package
 */
export async function loadElectricity(from: readonly string[] = places): Promise<Series> {
  for (const place of from) {
    const file = (extension: string) => join(place, electricityFolder, `Rdata.${extension}`);
    const files = await Promise.all([readRegularFile(file('rdx')), readRegularFile(file('rdb'))]).catch(
      () => undefined,
    );
    if (files === undefined) continue;
    const demand = readRNumbers(...files, 'taylor', file('rdb'));
    const start = Date.UTC(2000, 5, 5);
    const dates = demand.map((_, row) => start + row * 1_800_000);
    return { name: 'electricity', table: Table.ofNumbers({ demand }), dates, frequency: Frequency.of(1800) };
  }
  throw new AppError(
    `electricity: the Debian package r-cran-forecast (GPL) is missing; get it, in the folder of the repository, with: ${electricityCommand}`,
  );
}
