/** The error function in double precision, which ONNX Runtime does not have. */
import { type Layout, literal, type Value } from "../value.js";

/**
 * Chebyshev coefficients of erfc(z) exp(z²) / t − 1 in t = 2/(2+z), relative error below 1.2e-16
 * (Press et al., "Numerical Recipes", 3rd ed., §6.2.2).
 */
const coefficients = [
  -1.3026537197817094, 6.419697923564902e-1, 1.9476473204185836e-2, -9.561514786808631e-3, -9.46595344482036e-4,
  3.66839497852761e-4, 4.2523324806907e-5, -2.0278578112534e-5, -1.624290004647e-6, 1.30365583558e-6, 1.5626441722e-8,
  -8.5238095915e-8, 6.529054439e-9, 5.059343495e-9, -9.91364156e-10, -2.27365122e-10, 9.6467911e-11, 2.394038e-12,
  -6.886027e-12, 8.94487e-13, 3.13092e-13, -1.12708e-13, 3.81e-16, 7.106e-15, -1.523e-15, -9.4e-17, 1.21e-16, -2.8e-17,
];

/**
 * erfc(x) of a float64 value, by Clenshaw's recurrence over a Chebyshev series (Press et al., "Numerical Recipes", 3rd
 * ed., §6.2.2).
 */
export function erfc64(l: Layout, x: Value): Value {
  const k = (value: number) => literal("float64", [], value);
  const op = (name: string, ...operands: Value[]) => l.op("float64", name, operands);
  const z = op("Abs", x);
  const t = op("Div", k(2), op("Add", z, k(2)));
  const ty = op("Sub", op("Mul", t, k(4)), k(2));
  let d: Value = k(0);
  let dd: Value = k(0);
  for (let j = coefficients.length - 1; j > 0; j--) {
    const next = op("Add", op("Sub", op("Mul", ty, d), dd), k(coefficients[j]));
    dd = d;
    d = next;
  }
  const series = op("Sub", op("Mul", op("Add", op("Mul", ty, d), k(coefficients[0])), k(0.5)), dd);
  const tail = op("Mul", t, op("Exp", op("Sub", series, op("Mul", z, z))));
  return l.op("float64", "Where", [l.op("bool", "Less", [x, k(0)]), op("Sub", k(2), tail), tail]);
}
