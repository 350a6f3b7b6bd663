import { exp, log } from '../numeric/elementary.ts';
import type { RegimeChain } from '../regimes/chain.ts';
import { tailInfluence } from '../risk/influence.ts';
import { fitMoves } from './fit-moves.ts';
import { fitTilts } from './fit-tilts.ts';
import { mixtureWeights, type PilotSample, selectPaths, tailOf } from './pilot-sample.ts';
import { ratioTerms, type SamplingLaw } from './sampling-law.ts';
import { tiltChain } from './tilted-chain.ts';

/** A way to make a law from a pilot: which tails its parts are fitted to. */
export interface Recipe {
  /** Share of the worst paths that the days in regimes are fitted to. */
  readonly tiltShare: number;
  /** The same for the common direction, which is left as it is when null. */
  readonly moveShare: number | null;
  /** Whether its mean moves, beside its variance. */
  readonly shifted: boolean;
}

const TILT_SHARES = [0.1, 0.05, 0.02, 0.01];
const MOVE_SHARES = [0.05, 0.02, 0.01, 0.005];

/** The simplest first: of recipes that promise the same the first is taken. */
const RECIPES: readonly Recipe[] = TILT_SHARES.flatMap((tiltShare) => [
  { tiltShare, moveShare: null, shifted: false },
  ...MOVE_SHARES.flatMap((moveShare) => [
    { tiltShare, moveShare, shifted: false },
    { tiltShare, moveShare, shifted: true },
  ]),
]);

/**
 * Least gain that a law must promise, less its error. The best of 36 noisy predictions is biased: books that have no
 * better law than the model's were predicted up to 1.3 on pilots of 2,048 paths, and got 0.6 to 1.
 */
export const LEAST_GAIN = 1.5;

/** Paths that must carry the variance of a level before its prediction counts. */
const LEAST_EFFECTIVE = 8;
/** Stands in when no level of the run has them. */
const FALLBACK_LEVEL = 0.99;

/** Path numbers in a block: each holds one path of the defensive share. */
const FOLD_BLOCK = 10;

export interface LawChoice {
  readonly law: SamplingLaw;
  readonly recipe: Recipe;
  /** Predicted variance-reduction factor, less its error, the geometric mean over the levels. */
  readonly gain: number;
}

/**
 * The law that promises the smallest errors of ES at the levels of a run.
 *
 * Drawn from the mixture with a law c, an estimate with influence ψ has the variance E_P[w_c ψ²], which any weighted
 * sample of the model tells without new paths: Σ w w_c ψ² / Σ w, against Σ w ψ² / Σ w for plain paths. Each recipe is
 * fitted to one half of the pilot and judged on the other, in turns, so that a law gains nothing from the accidents it
 * was fitted to. Its score is the geometric mean over the levels of
 *
 *   (A / Q) e^{−s},   A = Σ w ψ²,  Q = Σ w w_c ψ²,  s² = Σ (w ψ² / A − w w_c ψ² / Q)²
 *
 * one standard error below the predicted factor; every level must come out at 1 or more. The best recipe is then fitted
 * to the whole pilot.
 *
 * @param levels  confidence levels of the run
 * @returns null when nothing promises LEAST_GAIN
 */
export function chooseLaw(chain: RegimeChain, sample: PilotSample, levels: readonly number[]): LawChoice | null {
  const usable = usableLevels(sample, levels);
  if (usable.length === 0) return null;
  const places = [foldOf(sample, 0), foldOf(sample, 1)];
  const halves = places.map((fold) => selectPaths(sample, fold));
  const fits = halves.map((half) => lawsOf(chain, half));
  let best: { readonly recipe: Recipe; readonly gain: number } | null = null;
  for (const recipe of RECIPES) {
    const weights = heldOutWeights(recipe);
    const gain = weights === null ? null : scoreOf(weights, usable);
    if (gain !== null && gain > (best?.gain ?? LEAST_GAIN)) best = { recipe, gain };
  }
  if (best === null) return null;
  const fitted = lawsOf(chain, sample)(best.recipe);
  return fitted === null ? null : { ...best, law: fitted.law };

  /** [paths] weights under the law fitted to the other half. */
  function heldOutWeights(recipe: Recipe): Float64Array | null {
    const weights = new Float64Array(sample.paths);
    for (const [fold, half] of halves.entries()) {
      const other = fits[1 - fold](recipe);
      if (other === null) return null;
      const ofHalf = mixtureWeights(half, ratioTerms(other.law, other.logNormaliser));
      for (let j = 0; j < half.paths; j++) weights[places[fold][j]] = ofHalf[j];
    }
    return weights;
  }
}

/** What the variance of ES at one level is made of. */
interface LevelTerms {
  /** [paths] w ψ² */
  readonly terms: Float64Array;
  /** Σ w ψ² and Σ (w ψ²)² */
  readonly sum: number;
  readonly squares: number;
}

/** Of the levels at which the pilot has enough to go by. */
function usableLevels(sample: PilotSample, levels: readonly number[]): LevelTerms[] {
  const { pnl, sorted, weights } = sample;
  const usable = (level: number): LevelTerms[] => {
    const terms = tailInfluence(pnl, sorted, level).es.map((influence, i) => weights[i] * influence * influence);
    let sum = 0;
    let squares = 0;
    for (let i = 0; i < terms.length; i++) {
      sum += terms[i];
      squares += terms[i] * terms[i];
    }
    return (sum * sum) / squares >= LEAST_EFFECTIVE ? [{ terms, sum, squares }] : [];
  };
  const found = levels.flatMap(usable);
  return found.length > 0 ? found : usable(FALLBACK_LEVEL);
}

/** Geometric mean over the levels of the predicted factor less its error; null when a level would lose. */
function scoreOf(candidate: Float64Array, levels: readonly LevelTerms[]): number | null {
  let total = 0;
  for (const { terms, sum, squares } of levels) {
    let weighted = 0;
    let cross = 0;
    let own = 0;
    for (let i = 0; i < terms.length; i++) {
      const term = terms[i] * candidate[i];
      weighted += term;
      cross += terms[i] * term;
      own += term * term;
    }
    const variance = squares / (sum * sum) - (2 * cross) / (sum * weighted) + own / (weighted * weighted);
    const gain = log(sum / weighted) - Math.sqrt(Math.max(variance, 0));
    if (!(gain >= 0 && gain < Infinity)) return null;
    total += gain;
  }
  return exp(total / levels.length);
}

type Fitted = { readonly law: SamplingLaw; readonly logNormaliser: number } | null;

/** The laws of recipes; parts that several of them share are fitted once. */
function lawsOf(chain: RegimeChain, sample: PilotSample): (recipe: Recipe) => Fitted {
  const tails = memo((share) => tailOrNull(sample, share));
  const tilts = memo((share) => {
    const tail = tails(share);
    if (tail === null) return null;
    const fitted = fitTilts(
      chain,
      tail.days.map((sum) => sum / tail.weight),
    );
    return { tilts: fitted, logNormaliser: tiltChain(chain, fitted).logNormaliser };
  });
  return ({ tiltShare, moveShare, shifted }) => {
    const tilted = tilts(tiltShare);
    const tail = tails(moveShare ?? tiltShare);
    if (tilted === null || tail === null) return null;
    const still = { inflations: tilted.tilts.map(() => 1), shifts: tilted.tilts.map(() => 0) };
    const moves = moveShare === null ? still : fitMoves(tail, shifted);
    return { law: { tilts: tilted.tilts, ...moves }, logNormaliser: tilted.logNormaliser };
  };
}

/** Null when many paths have one P&L, so that the tail is far larger than what was asked for. */
function tailOrNull(sample: PilotSample, share: number): ReturnType<typeof tailOf> | null {
  const tail = tailOf(sample, share);
  return tail.share > 0.5 ? null : tail;
}

function memo<T>(compute: (share: number) => T): (share: number) => T {
  const known = new Map<number, T>();
  return (share) => {
    const found = known.get(share);
    if (found !== undefined) return found;
    const value = compute(share);
    known.set(share, value);
    return value;
  };
}

function foldOf({ paths }: PilotSample, fold: number): Uint32Array {
  return Uint32Array.from({ length: paths }, (_, i) => i).filter((i) => Math.floor(i / FOLD_BLOCK) % 2 === fold);
}
