import { SLOT, indices, levels, memberCounts, members, names, returns, weights } from './block';
import { Elementary, LOG_BIAS, repairExponentials, repairLogarithms } from './elementary';
import { Lanes } from './lanes';

/** ln S ← ln S + x, Σx² ← Σx² + x², S = e^{ln S} for the names of a tile. */
export function moveNames(tile: usize): void {
  let bits = i32x4.splat(0);
  let at = tile;
  for (let x = returns, to = levels, end = x + (names << 5); x < end; x += 32, to += 32, at += SLOT) {
    const xA = v128.load(x);
    const xB = v128.load(x, 16);
    const a = f64x2.add(v128.load(at), xA);
    const b = f64x2.add(v128.load(at, 16), xB);
    v128.store(at, a);
    v128.store(at, b, 16);
    v128.store(at, Lanes.madd(xA, xA, v128.load(at, 32)), 32);
    v128.store(at, Lanes.madd(xB, xB, v128.load(at, 48)), 48);
    bits = v128.or(bits, v128.or(a, b));
    Elementary.exp(a, b, to);
  }
  if (Elementary.anyFrom2(bits)) repairExponentials(tile, SLOT, levels, names);
}

/** Level of every index from its members, in their order, and its return. */
export function moveIndices(tile: usize): void {
  let at = tile + <usize>names * SLOT;
  let to = levels + (names << 5);
  let member = members;
  let weight = weights;
  const bias = Lanes.constant(LOG_BIAS, 0);
  for (let k = 0; k < indices; k++, at += SLOT, to += 32) {
    let a = f64x2.splat(0);
    let b = a;
    for (const end = member + (load<u32>(memberCounts + (k << 2)) << 2); member < end; member += 4, weight += 8) {
      const level = levels + load<u32>(member);
      const w = v128.load64_splat(weight);
      a = Lanes.madd(w, v128.load(level), a);
      b = Lanes.madd(w, v128.load(level, 16), b);
    }
    v128.store(to, a);
    v128.store(to, b, 16);
    const beforeA = v128.load(at);
    const beforeB = v128.load(at, 16);
    Elementary.log(a, b, bias, at);
    if (!Lanes.all(Elementary.logInRange(a), Elementary.logInRange(b))) repairLogarithms(a, b, at);
    const xA = f64x2.sub(v128.load(at), beforeA);
    const xB = f64x2.sub(v128.load(at, 16), beforeB);
    v128.store(at, Lanes.madd(xA, xA, v128.load(at, 32)), 32);
    v128.store(at, Lanes.madd(xB, xB, v128.load(at, 48)), 48);
  }
}
