import { visible } from './quote.ts';

/** What every error of the library tells: where, about what, what came and what was expected. */
export interface Problem {
  /** Operation, layer or function that refused, e.g. `lstm`. */
  readonly operation: string;
  /** The argument or option at fault, e.g. `x`. */
  readonly argument: string;
  /** What was given, as a phrase that follows the argument, e.g. `has shape [5, 2, 7]`. */
  readonly got: string;
  /** What would have been accepted, e.g. `[time, batch, 3]`. */
  readonly expected: string;
}

/**
 * Base of all errors thrown on purpose. The message reads
 * `operation: argument got, expected ...`, e.g.
 * `lstm: x has shape [5, 2, 7], expected [time, batch, 3]`. What a terminal would obey is made `visible` in it.
 */
export class SluiceError extends Error {
  /** The parts of the message; absent when the error was made from a plain sentence. */
  readonly problem: Problem | undefined;

  constructor(problem: Problem | string, options?: { readonly cause?: unknown }) {
    super(
      visible(
        typeof problem === 'string'
          ? problem
          : `${problem.operation}: ${problem.argument} ${problem.got}, expected ${problem.expected}`,
      ),
      options,
    );
    // Classes of the library say theirs, for minifiers rename them.
    this.name = new.target.name;
    this.problem = typeof problem === 'string' ? undefined : problem;
  }
}

/** A shape, rank, axis or length does not fit the operation. */
export class ShapeError extends SluiceError {
  override readonly name: string = 'ShapeError';
}

/** An element type does not fit the operation, or two operands differ in theirs. */
export class DTypeError extends SluiceError {
  override readonly name: string = 'DTypeError';
}

/** Tensors of different devices met in one operation. */
export class DeviceError extends SluiceError {
  override readonly name: string = 'DeviceError';
}

/** An index value lies outside the axis that it points into. */
export class IndexError extends SluiceError {
  override readonly name: string = 'IndexError';
}

/** An option, or a combination of options, is not valid. */
export class OptionError extends SluiceError {
  override readonly name: string = 'OptionError';
}

/** The backend, or the operation's definition, cannot do what was asked. */
export class UnsupportedError extends SluiceError {
  override readonly name: string = 'UnsupportedError';
}

/** What a backend runs on has failed: no memory is left, a thread has died, a graphics context is lost. */
export class BackendError extends SluiceError {
  override readonly name: string = 'BackendError';
}

/** A tensor, parameter or device was used after it had been freed. */
export class DisposedError extends SluiceError {
  override readonly name: string = 'DisposedError';
}

/** A file or byte sequence is not what it should be; the message names the place. */
export class FormatError extends SluiceError {
  override readonly name: string = 'FormatError';
}

/** Throws an error of this kind from the parts of its `Problem`. Minifiers keep the names of properties, so that a call is smaller than a literal. */
export function refuse(
  kind: new (problem: Problem) => SluiceError,
  operation: string,
  argument: string,
  got: string,
  expected: string,
): never {
  throw new kind({ operation, argument, got, expected });
}
