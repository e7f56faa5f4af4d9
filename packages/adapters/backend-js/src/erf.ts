// W. J. Cody, "Rational Chebyshev approximation for the error function", Math. Comp. 23 (1969): numerators and
// denominators, lowest power first. `near` is erf(x)/x in x^2 for |x| <= 0.46875, `far` is exp(x^2) erfc(x) up to 4.
const nearNumerator = [
  3.20937758913846947e3, 3.77485237685302021e2, 1.13864154151050156e2, 3.1611237438705656, 1.85777706184603153e-1,
];
const nearDenominator = [2.84423683343917062e3, 1.28261652607737228e3, 2.44024637934444173e2, 2.36012909523441209e1, 1];
const farNumerator = [
  1.23033935479799725e3, 2.05107837782607147e3, 1.71204761263407058e3, 8.8195222124176909e2, 2.98635138197400131e2,
  6.61191906371416295e1, 8.88314979438837594, 5.64188496988670089e-1, 2.15311535474403846e-8,
];
const farDenominator = [
  1.23033935480374942e3, 3.43936767414372164e3, 4.36261909014324716e3, 3.29079923573345963e3, 1.62138957456669019e3,
  5.37181101862009858e2, 1.17693950891312499e2, 1.57449261107098347e1, 1,
];

/** The Gauss error function, to a few units in the last place. */
export function erf(x: number): number {
  const size = Math.abs(x);
  if (size <= 0.46875) {
    const square = x * x;
    return (x * polynomial(nearNumerator, square)) / polynomial(nearDenominator, square);
  }
  // From here on erfc is below 2^-54, and NaN fails the comparison.
  if (size > 6) return Math.sign(x);
  // Beyond 4 the quotient is less exact, but erfc is below 2e-8 there and only its first digits count.
  const rest = (Math.exp(-x * x) * polynomial(farNumerator, size)) / polynomial(farDenominator, size);
  return x < 0 ? rest - 1 : 1 - rest;
}

function polynomial(coefficients: readonly number[], x: number): number {
  let value = 0;
  for (let i = coefficients.length - 1; i >= 0; i--) value = value * x + coefficients[i];
  return value;
}
