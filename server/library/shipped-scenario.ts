import type { Scenario } from '../../schemas/scenario.ts';
import { canonicalContent } from '../../workers/canonical-content.ts';

/** A scenario that comes with the program, with the entity tag of its answer. */
export interface ShippedScenario {
  readonly scenario: Scenario;
  readonly tag: string;
}

export function withTags(scenarios: readonly Scenario[]): ShippedScenario[] {
  return scenarios.map((scenario) => ({ scenario, tag: `"shipped-${canonicalContent(scenario).hash}"` }));
}
