import type { Digits, Sample, Split } from './mnist.ts';
import type { Task } from './model.ts';
import { makeStrings } from './strings.ts';

/** One split and one set of strings for all trainings, whatever their seed, so that their figures can be compared. */
export const splitSeed = 1;
const strings = { validation: 200, test: 500 };

/** What is measured on: the digits of a part, or strings composed of them alone. */
export function samplesOf(task: Task, digits: Digits, part: Exclude<Split, 'train'>): readonly Sample[] {
  return task === 'digit' ? digits[part] : makeStrings(digits[part], strings[part], splitSeed);
}
