#pragma once

#include <bit>
#include <cstdint>

/// exp, tanh, log and normal variates in basic IEEE operations only, each rounded on its own, so that every
/// instruction set and compiler gives the same bits. What stands here is their definition: these operations
/// with these constants, in this order.
///
/// Compile it without fused multiply-add (-ffp-contract=off). Everything has internal linkage, because it is
/// compiled for several instruction sets. Thread-safe.
namespace runner::portable {

/// The polynomial with these coefficients, the highest power's first, by Horner's scheme.
template <class T, class... Coefficients>
static inline T polynomial(T x, T highest, Coefficients... rest) {
  T sum = highest;
  ((sum = sum * x + rest), ...);
  return sum;
}

/// exp(x) in float32, within 2 units in the last place; 0 below -87.33, infinity above 88.37, NaN for NaN.
/// Reduction by Cody and Waite, polynomial of Cephes' expf (Moshier).
static inline float exp(float x) {
  const float round = 12582912.0f;  // 1.5·2^23: adding it rounds to an integer
  const float shifted = x * 1.44269504088896341f + round;
  const float n = shifted - round;
  const float r = (x - n * 0.693359375f) - n * -2.12194440e-4f;
  float p = polynomial(r, 1.9875691500e-4f, 1.3981999507e-3f, 8.3334519073e-3f, 4.1665795894e-2f,
                       1.6666665459e-1f, 5.0000001201e-1f);
  p = p * (r * r) + r + 1.0f;
  // The low bits of `shifted` are n; moved into the exponent they are 2^n.
  const auto scale = std::bit_cast<float>((std::bit_cast<std::uint32_t>(shifted) + 127u) << 23);
  const float y = p * scale;
  const float low = x < -87.33f ? 0.0f : y;
  return x > 88.37f ? __builtin_inff() : low;
}

/// exp(x) in double, within 2 units in the last place, for x ≤ 709; 0 below -708, NaN for NaN.
/// Reduction by Cody and Waite, rational function of Cephes' exp.
static inline double exp_negative(double x) {
  const double round = 6755399441055744.0;  // 1.5·2^52
  const double shifted = x * 1.4426950408889634073599 + round;
  const double n = shifted - round;
  const double r = (x - n * 6.93145751953125e-1) - n * 1.42860682030941723212e-6;
  const double rr = r * r;
  const double p =
      r * polynomial(rr, 1.26177193074810590878e-4, 3.02994407707441961300e-2, 9.99999999999999999910e-1);
  const double q = polynomial(rr, 3.00198505138664455042e-6, 2.52448340349684104192e-3,
                              2.27265548208155028766e-1, 2.00000000000000000009e0);
  const double e = 1.0 + 2.0 * (p / (q - p));
  const auto scale = std::bit_cast<double>((std::bit_cast<std::uint64_t>(shifted) + 1023u) << 52);
  return x < -708.0 ? 0.0 : e * scale;
}

/// exp(x) in double, within 2 units in the last place; 0 below -708, infinity above 709, NaN for NaN.
static inline double exp(double x) {
  const double y = exp_negative(x > 709.0 ? 709.0 : x);
  return x > 709.0 ? __builtin_inf() : y;
}

/// tanh(x) in float32, within 2 units in the last place; NaN for NaN. Cephes' tanhf: a polynomial near 0,
/// else 1 − 2/(exp(2|x|) + 1).
static inline float tanh(float x) {
  const float magnitude = x < 0 ? -x : x;
  const float xx = x * x;
  const float near_zero = polynomial(xx, -5.70498872745e-3f, 2.06390887954e-2f, -5.37397155531e-2f,
                                     1.33314422036e-1f, -3.33332819422e-1f) *
                              xx * x +
                          x;
  const float far = 1.0f - 2.0f / (exp(magnitude + magnitude) + 1.0f);
  const float signed_far = x < 0 ? -far : far;
  return magnitude < 0.625f ? near_zero : signed_far;
}

/// tanh(x) in double, within 2 units in the last place; NaN for NaN. Cephes' tanh.
static inline double tanh(double x) {
  const double magnitude = x < 0 ? -x : x;
  const double xx = x * x;
  const double p =
      polynomial(xx, -9.64399179425052238628e-1, -9.92877231001918586564e1, -1.61468768441708447952e3);
  const double q =
      polynomial(xx, 1.0, 1.12811678491632931402e2, 2.23548839060100448583e3, 4.84406305325125486048e3);
  const double near_zero = x + x * xx * (p / q);
  // exp(−2|x|) cannot overflow.
  const double e = exp_negative(-(magnitude + magnitude));
  const double far = 1.0 - 2.0 * e / (1.0 + e);
  const double signed_far = x < 0 ? -far : far;
  return magnitude < 0.625 ? near_zero : signed_far;
}

/// log(x) in double, within 2 units in the last place, for positive normal x; NaN for NaN. Cephes' log.
static inline double log(double x) {
  const auto bits = std::bit_cast<std::uint64_t>(x);
  // x = m·2^e with m in [½, 1): the exponent goes into a double by way of its low bits.
  const std::uint64_t exponent = bits >> 52;
  double e = std::bit_cast<double>(exponent | 0x4330000000000000u) - (4503599627370496.0 + 1022.0);
  double m = std::bit_cast<double>((bits & 0x000fffffffffffffu) | 0x3fe0000000000000u);
  const bool small = m < 0.70710678118654752440;
  e = small ? e - 1.0 : e;
  m = small ? m + m - 1.0 : m - 1.0;
  const double p =
      polynomial(m, 1.01875663804580931796e-4, 4.97494994976747001425e-1, 4.70579119878881725854e0,
                 1.44989225341610930846e1, 1.79368678507819816313e1, 7.70838733755885391666e0);
  const double q = polynomial(m, 1.0, 1.12873587189167450590e1, 4.52279145837532221105e1,
                              8.29875266912776603211e1, 7.11544750618563894466e1, 2.31251620126765340583e1);
  const double mm = m * m;
  double y = m * (mm * p / q);
  y = y - e * 2.121944400546905827679e-4;
  y = y - 0.5 * mm;
  y = m + y;
  y = y + e * 0.693359375;
  return x != x ? x : y;
}

/// The inverse of the standard normal distribution for 0 < p < 1, to about 1e-16 relative.
/// Wichura (1988), "Algorithm AS 241", routine PPND16.
static inline double normal_quantile(double p) {
  const double q = p - 0.5;
  if (-0.425 <= q && q <= 0.425) {
    const double r = 0.180625 - q * q;
    const double a = polynomial(r, 2.5090809287301226727e3, 3.3430575583588128105e4, 6.7265770927008700853e4,
                                4.5921953931549871457e4, 1.3731693765509461125e4, 1.9715909503065514427e3,
                                1.3314166789178437745e2, 3.3871328727963666080e0);
    const double b = polynomial(r, 5.2264952788528545610e3, 2.8729085735721942674e4, 3.9307895800092710610e4,
                                2.1213794301586595867e4, 5.3941960214247511077e3, 6.8718700749205790830e2,
                                4.2313330701600911252e1, 1.0);
    return q * a / b;
  }
  double r = __builtin_sqrt(-log(q < 0 ? p : 1.0 - p));
  double a, b;
  if (r <= 5.0) {
    r -= 1.6;
    a = polynomial(r, 7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1,
                   1.27045825245236838258e0, 3.64784832476320460504e0, 5.76949722146069140550e0,
                   4.63033784615654529590e0, 1.42343711074968357734e0);
    b = polynomial(r, 1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2,
                   1.48103976427480074590e-1, 6.89767334985100004550e-1, 1.67638483018380384940e0,
                   2.05319162663775882187e0, 1.0);
  } else {
    r -= 5.0;
    a = polynomial(r, 2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3,
                   2.65321895265761230930e-2, 2.96560571828504891230e-1, 1.78482653991729133580e0,
                   5.46378491116411436990e0, 6.65790464350110377720e0);
    b = polynomial(r, 2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5,
                   7.86869131145613259100e-4, 1.48753612908506148525e-2, 1.36929880922735805310e-1,
                   5.99832206555887937690e-1, 1.0);
  }
  return q < 0 ? -(a / b) : a / b;
}

}  // namespace runner::portable
