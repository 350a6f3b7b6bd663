import type { Scenario } from '../../schemas/scenario.ts';
import { baseline } from './library/baseline.ts';
import { correlationSpike90, crashWeek, grind, idiosyncraticRerating } from './library/stylised.ts';
import {
  systemicCrisis2008,
  systemicCrisis2011,
  systemicCrisis2016,
  systemicCrisis2018,
  systemicCrisis2020,
} from './library/systemic-crises.ts';

/**
 * The scenarios that every installation has, ordinary scenarios like those a user sends. Their ids are part of the
 * interface: a change of numbers under an id changes the results of everyone who names it, so it goes into the
 * changelog. How the numbers were found: models/decisions/0001-scenario-library.md.
 */
export const SHIPPED_SCENARIOS: readonly Scenario[] = [
  baseline,
  systemicCrisis2008,
  systemicCrisis2011,
  systemicCrisis2016,
  systemicCrisis2018,
  systemicCrisis2020,
  idiosyncraticRerating,
  grind,
  crashWeek,
  correlationSpike90,
];
