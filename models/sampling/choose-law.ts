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
  const influences = usableInfluences(sample, levels);
  if (influences.length === 0) return null;
  const places = [foldOf(sample, 0), foldOf(sample, 1)];
  const halves = places.map((fold) => selectPaths(sample, fold));
  const fits = halves.map((half) => lawsOf(chain, half));
  let best: { readonly recipe: Recipe; readonly gain: number } | null = null;
  for (const recipe of RECIPES) {
    const weights = heldOutWeights(recipe);
    const gain = weights === null ? null : scoreOf(sample.weights, weights, influences);
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

/** ES influences of the levels at which the pilot has enough to go by. */
function usableInfluences(sample: PilotSample, levels: readonly number[]): Float64Array[] {
  const usable = (level: number): Float64Array[] => {
    const influence = tailInfluence(sample.pnl, sample.sorted, level).es;
    let sum = 0;
    let squares = 0;
    for (let i = 0; i < sample.paths; i++) {
      const term = sample.weights[i] * influence[i] * influence[i];
      sum += term;
      squares += term * term;
    }
    return (sum * sum) / squares >= LEAST_EFFECTIVE ? [influence] : [];
  };
  const influences = levels.flatMap(usable);
  return influences.length > 0 ? influences : usable(FALLBACK_LEVEL);
}

/** Geometric mean over the levels of the predicted factor less its error; null when a level would lose. */
function scoreOf(weights: Float64Array, candidate: Float64Array, influences: readonly Float64Array[]): number | null {
  let sum = 0;
  for (const influence of influences) {
    let plain = 0;
    let weighted = 0;
    for (let i = 0; i < weights.length; i++) {
      const term = weights[i] * influence[i] * influence[i];
      plain += term;
      weighted += term * candidate[i];
    }
    let variance = 0;
    for (let i = 0; i < weights.length; i++) {
      const term = weights[i] * influence[i] * influence[i];
      const difference = term / plain - (term * candidate[i]) / weighted;
      variance += difference * difference;
    }
    const gain = log(plain / weighted) - Math.sqrt(variance);
    if (!(gain >= 0 && gain < Infinity)) return null;
    sum += gain;
  }
  return exp(sum / influences.length);
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
