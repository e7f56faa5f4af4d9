const terms = 120;

/**
 * The Gauss error function in float64. Near zero the series 7.6.2 of the NIST Digital Library of Mathematical
 * Functions, whose terms are all of one sign; further out 1 - erfc by the continued fraction 7.9.1.
 */
export function erf(x: number): number {
  const magnitude = Math.abs(x);
  if (!(magnitude < 6)) return Math.sign(x);
  const square = magnitude * magnitude;
  let value: number;
  if (magnitude < 2) {
    let term = magnitude;
    let sum = term;
    for (let n = 1; n < terms; n++) {
      term *= (2 * square) / (2 * n + 1);
      sum += term;
    }
    value = (2 / Math.sqrt(Math.PI)) * Math.exp(-square) * sum;
  } else {
    let fraction = magnitude;
    for (let n = terms; n > 0; n--) fraction = magnitude + n / 2 / fraction;
    value = 1 - Math.exp(-square) / (Math.sqrt(Math.PI) * fraction);
  }
  return x < 0 ? -value : value;
}
