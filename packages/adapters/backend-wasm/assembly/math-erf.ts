// W. J. Cody, "Rational Chebyshev approximation for the error function", Math. Comp. 23 (1969).

// @ts-ignore: decorator
@inline
function near(x: f64): f64 {
  const z = x * x;
  const top =
    (((0.18577770618460315 * z + 3.1611237438705655) * z + 113.86415415105016) * z + 377.485237685302) * z +
    3209.3775891384694;
  const bottom =
    (((z + 23.601290952344122) * z + 244.02463793444417) * z + 1282.6165260773723) * z + 2844.236833439171;
  return (x * top) / bottom;
}

/** exp(x^2) erfc(x) for x above 0.46. */
// @ts-ignore: decorator
@inline
function far(x: f64): f64 {
  let top = 2.1531153547440383e-8 * x + 0.5641884969886701;
  top = (top * x + 8.883149794388377) * x + 66.11919063714163;
  top = (top * x + 298.6351381974001) * x + 881.952221241769;
  top = (top * x + 1712.0476126340707) * x + 2051.0783778260716;
  let bottom = (x + 15.744926110709835) * x + 117.6939508913125;
  bottom = (bottom * x + 537.1811018620099) * x + 1621.3895745666903;
  bottom = (bottom * x + 3290.7992357334597) * x + 4362.619090143247;
  bottom = (bottom * x + 3439.3676741437216) * x + 1230.3393548037495;
  return (top * x + 1230.3393547979972) / bottom;
}

/** The Gauss error function. */
export function erf(x: f64): f64 {
  const size = Math.abs(x);
  if (size <= 0.46875) return near(x);
  // From here on erfc is below 2^-54, and NaN fails the comparison.
  if (size > 6) return Math.sign(x);
  // Beyond 4 the quotient is less exact, but erfc is below 2e-8 there and only its first digits count.
  const rest = Math.exp(-x * x) * far(size);
  return x < 0 ? rest - 1 : 1 - rest;
}
