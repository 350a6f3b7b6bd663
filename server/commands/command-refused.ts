/** A command cannot do what it was asked to, in words for whoever asked. */
export class CommandRefused extends Error {}
