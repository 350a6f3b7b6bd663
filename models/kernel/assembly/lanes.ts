/**
 * Arithmetic on two doubles at once. A tile is four paths, so a number of a tile is two vectors, 32 bytes: `a` holds
 * its paths 0 and 1, `b` its paths 2 and 3. What is inlined is a static method, because TypeScript, whose grammar the
 * formatter reads, has no decorators on functions.
 */
export abstract class Lanes {
  /** a b + c: two roundings in the strict build, one in the fused build, on every processor that can. */
  @inline
  static madd(a: v128, b: v128, c: v128): v128 {
    if (FUSED) return f64x2.relaxed_madd(a, b, c);
    return f64x2.add(f64x2.mul(a, b), c);
  }

  /** c − a b, likewise. */
  @inline
  static nmadd(a: v128, b: v128, c: v128): v128 {
    if (FUSED) return f64x2.relaxed_nmadd(a, b, c);
    return f64x2.sub(c, f64x2.mul(a, b));
  }

  /** Both halves filled with one number of a table: a load, where a constant would be built anew at every use. */
  @inline
  static constant(table: usize, place: usize): v128 {
    return v128.load64_splat(table + (place << 3));
  }

  /** Whether both conditions hold in both halves. */
  @inline
  static all(a: v128, b: v128): bool {
    return i64x2.all_true(v128.and(a, b));
  }
}
