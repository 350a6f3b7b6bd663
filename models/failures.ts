import type { Failure, FailureReason } from '../schemas/failure.ts';

/** JSON pointer (RFC 6901) from its parts. */
export function pointer(...parts: readonly (string | number)[]): string {
  return parts.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** Nobody reads more, and a body of megabytes can hold millions: each would cost the memory of its message. */
const maxKept = 100;

/** Everything that is wrong with one input; all are counted, the first hundred are kept for the user to see at once. */
export class FailureList {
  readonly items: Failure[] = [];
  total = 0;

  /** @param message  or what writes it, where there can be many: it is only called for one that is kept */
  add(reason: FailureReason, at: string, message: string | (() => string)): void {
    this.total++;
    if (this.items.length === maxKept) return;
    this.items.push({ reason, pointer: at, message: typeof message === 'string' ? message : message() });
  }

  get any(): boolean {
    return this.total > 0;
  }

  /** The failures as the outcome of what they stand in the way of. */
  refusal(): { ok: false; failures: readonly Failure[]; total?: number } {
    const { items, total } = this;
    return { ok: false, failures: items, ...(total > items.length ? { total } : {}) };
  }

  /** The same failures with pointers that begin at a part of the input. */
  within(at: string): FailureList {
    const inner = new FailureList();
    inner.total = this.total;
    for (const item of this.items) {
      const { pointer: whole } = item;
      if (whole !== at && !whole.startsWith(`${at}/`)) throw new RangeError(`pointer is ${whole}; need one in ${at}`);
      inner.items.push({ ...item, pointer: whole.slice(at.length) });
    }
    return inner;
  }

  /**
   * Whether nothing was found at a pointer, below it, or at something that contains it. Never once failures were
   * dropped: they may have been there.
   */
  clearAt(at: string): boolean {
    if (this.total > this.items.length) return false;
    return !this.items.some(
      (item) => item.pointer === at || item.pointer.startsWith(`${at}/`) || at.startsWith(`${item.pointer}/`),
    );
  }
}

/** A list of names for a message, cut after a dozen. */
export function listed(names: readonly string[]): string {
  const shown = names.slice(0, 12).map((name) => `"${name}"`);
  return names.length > 12 ? `${shown.join(', ')} and ${names.length - 12} more` : shown.join(', ');
}
