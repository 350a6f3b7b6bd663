/**
 * Running sum that carries the rounding error of every addition.
 *
 * The error of the result is a few units in the last place whatever the number of terms, where a plain sum of 10
 * million terms can lose five digits. Terms are added in the order given, so a fixed order gives fixed bits.
 *
 * Source: A. Neumaier, Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen, ZAMM 54 (1974).
 */
export class CompensatedSum {
  #sum = 0;
  #correction = 0;

  /** @param term any finite number */
  add(term: number): void {
    const next = this.#sum + term;
    // The smaller operand is the one that lost digits: recover what it lost.
    this.#correction += Math.abs(this.#sum) >= Math.abs(term) ? this.#sum - next + term : term - next + this.#sum;
    this.#sum = next;
  }

  /** @returns the sum of all terms so far */
  get value(): number {
    return this.#sum + this.#correction;
  }
}
