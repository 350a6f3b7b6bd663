/** Arrays on shared memory: a thread that receives one sees the same bytes, nothing is copied. */
export function sharedFloats(length: number): Float64Array {
  return new Float64Array(new SharedArrayBuffer(length * Float64Array.BYTES_PER_ELEMENT));
}

export function sharedInts(length: number): Int32Array {
  return new Int32Array(new SharedArrayBuffer(length * Int32Array.BYTES_PER_ELEMENT));
}

export function sharedShorts(length: number): Uint16Array {
  return new Uint16Array(new SharedArrayBuffer(length * Uint16Array.BYTES_PER_ELEMENT));
}

export function sharedBytes(length: number): Uint8Array {
  return new Uint8Array(new SharedArrayBuffer(length));
}

/** A copy of some numbers on shared memory. */
export function shareFloats(values: ArrayLike<number>): Float64Array {
  const shared = sharedFloats(values.length);
  shared.set(values);
  return shared;
}

export function shareInts(values: ArrayLike<number>): Int32Array {
  const shared = sharedInts(values.length);
  shared.set(values);
  return shared;
}
