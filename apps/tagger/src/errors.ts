/** Something stands in the way of what was asked for, and the message says what: exit code 1. */
export class AppError extends Error {}
