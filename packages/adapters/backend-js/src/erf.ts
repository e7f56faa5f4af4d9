// W. J. Cody, "Rational Chebyshev approximation for the error function", Math. Comp. 23 (1969): numerators and
// denominators, lowest power first. `near` is erf(x)/x in x^2 for |x| <= 0.46875, `far` is exp(x^2) erfc(x) up to 4.
const nearNumerator = [
  3209.3775891384694, 377.485237685302, 113.86415415105016, 3.1611237438705655, 0.18577770618460315,
];
const nearDenominator = [2844.236833439171, 1282.6165260773723, 244.02463793444417, 23.601290952344122, 1];
const farNumerator = [
  1230.3393547979972, 2051.0783778260716, 1712.0476126340707, 881.952221241769, 298.6351381974001, 66.11919063714163,
  8.883149794388377, 0.5641884969886701, 2.1531153547440383e-8,
];
const farDenominator = [
  1230.3393548037495, 3439.3676741437216, 4362.619090143247, 3290.7992357334597, 1621.3895745666903, 537.1811018620099,
  117.6939508913125, 15.744926110709835, 1,
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
  for (let i = coefficients.length - 1; i >= 0; i--) value = value * x + coefficients[i]!;
  return value;
}
