/**
 * Real closing prices, kept beside the repository and not in it: prices.csv (20 US large caps), index.csv (S&P 500) and
 * vix.csv, of which the tests know some facts. RHO90_DATA_SAMPLES names another folder.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './source-tree.ts';

export const samplesFolder = process.env['RHO90_DATA_SAMPLES'] ?? join(root, '..', 'shared', 'data');

/** Why a test that needs the data is skipped; false when they are there. */
export const noSamples: string | false = existsSync(join(samplesFolder, 'prices.csv'))
  ? false
  : `no prices.csv in ${samplesFolder}; set RHO90_DATA_SAMPLES to a folder with prices.csv, index.csv and vix.csv`;
