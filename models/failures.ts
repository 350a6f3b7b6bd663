import type { Failure, FailureReason } from '../schemas/failure.ts';

/** JSON pointer (RFC 6901) from its parts. */
export function pointer(...parts: readonly (string | number)[]): string {
  return parts.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** Everything that is wrong with one input; collected, so that a user sees all of it at once. */
export class FailureList {
  readonly items: Failure[] = [];

  add(reason: FailureReason, at: string, message: string): void {
    this.items.push({ reason, pointer: at, message });
  }

  get any(): boolean {
    return this.items.length > 0;
  }

  /** Whether nothing was found at a pointer, below it, or at something that contains it. */
  clearAt(at: string): boolean {
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
