/**
 * An echo reaches the line on many ways, off walls and between two samples: they lie so far around
 * the one found, in samples at 2 kHz, 20 ms before it (a voice resembles itself a few periods later)
 * and 45 ms after. So many ways explain nearly all of an echo and, in a third of a second, a fifth of
 * somebody else's voice, which is one dB.
 */
const EARLIER = 40;
const LATER = 90;

/** Keeps stretches that are nearly alike from being told apart; far below the noise of G.711. */
const RIDGE = 1e-4;

/** Below this power nothing is compared: rounding looks like anything. */
const LEAST_POWER = 4;

/** A stretch of what was played, and how like it something is. */
export interface Likeness {
  /** 0 to 1. */
  readonly likeness: number;
  /** Where the stretch begins. */
  readonly at: number;
}

/** A first look compares every fourth sample, which is off by 0.08 in the mean of many. */
const LOOK_EVERY = 4;

/** What looks this little alike is not looked at closer; ten times as far below an echo as a look is off. */
const LOOKS_ALIKE = 0.4;

/**
 * The stretch of `played` that `caller` is most like, of either sign, among those that begin from
 * `from` to `to`. Likenesses below one half may be passed over.
 */
export function mostAlike(
  caller: Float64Array,
  played: Float64Array,
  { from, to }: { readonly from: number; readonly to: number },
): Likeness {
  const { length } = caller;
  const least = LEAST_POWER * length;
  const power = powerOf(caller, 0, length);
  let best = { likeness: 0, at: from };
  if (power < least) return best;
  const looks = looksOf(caller, played, { from, to });
  const lookPower = lookPowerOf(caller);
  let playedPower = powerOf(played, from, length);
  for (let at = from; at <= to; at++) {
    if (at > from) playedPower += played[at + length - 1]! ** 2 - played[at - 1]! ** 2;
    if (playedPower < least) continue;
    // Of a fourth of the samples, the power is about a fourth too.
    const look = Math.abs(looks[at - from]!) / Math.sqrt((lookPower * playedPower) / LOOK_EVERY);
    if (look < LOOKS_ALIKE) continue;
    const likeness = Math.abs(productOf(caller, played, at)) / Math.sqrt(power * playedPower);
    if (likeness > best.likeness) best = { likeness, at };
  }
  return best;
}

/**
 * The products of every fourth sample for each stretch. Four stretches that lie four samples apart
 * share their loads, as the samples of one are those of the next a step later.
 */
function looksOf(
  caller: Float64Array,
  played: Float64Array,
  { from, to }: { readonly from: number; readonly to: number },
): Float64Array {
  const looks = new Float64Array(to - from + 1);
  for (let first = from; first <= to; first++) {
    // Begins a group of four only where the three after it are not yet done.
    const place = (first - from) % (LOOK_EVERY * LOOK_EVERY);
    if (place >= LOOK_EVERY) continue;
    lookAtFour({ caller, played, first }, looks.subarray(first - from));
  }
  return looks;
}

/** Writes the looks at `first` and the three stretches that begin four samples after each other. */
function lookAtFour(
  {
    caller,
    played,
    first,
  }: { readonly caller: Float64Array; readonly played: Float64Array; readonly first: number },
  looks: Float64Array,
): void {
  let [a, b, c, d] = [0, 0, 0, 0];
  let x0 = played[first]!;
  let x1 = played[first + LOOK_EVERY] ?? 0;
  let x2 = played[first + 2 * LOOK_EVERY] ?? 0;
  let ahead = first + 3 * LOOK_EVERY;
  for (let i = 0; i < caller.length; i += LOOK_EVERY) {
    const weight = caller[i]!;
    const x3 = ahead < played.length ? played[ahead]! : 0;
    a += weight * x0;
    b += weight * x1;
    c += weight * x2;
    d += weight * x3;
    x0 = x1;
    x1 = x2;
    x2 = x3;
    ahead += LOOK_EVERY;
  }
  looks[0] = a;
  if (looks.length > LOOK_EVERY) looks[LOOK_EVERY] = b;
  if (looks.length > 2 * LOOK_EVERY) looks[2 * LOOK_EVERY] = c;
  if (looks.length > 3 * LOOK_EVERY) looks[3 * LOOK_EVERY] = d;
}

function lookPowerOf(samples: Float64Array): number {
  let power = 0;
  for (let i = 0; i < samples.length; i += LOOK_EVERY) power += samples[i]! ** 2;
  return power;
}

/** What is left of `caller` when all that echoes of `played` around `at` explain is taken away. */
export function withoutEcho(caller: Float64Array, played: Float64Array, at: number): Float64Array {
  // Played earlier is heard later: the ways after the strongest lie before it in what was played.
  const from = Math.max(0, at - LATER);
  const ways = Math.min(played.length - caller.length, at + EARLIER) + 1 - from;
  const products = Float64Array.from({ length: ways }, (_, way) =>
    productOf(caller, played, from + way),
  );
  const gains = solved(likenessOfWays(played, { from, ways, length: caller.length }), products);
  return caller.map((sample, i) => {
    let rest = sample;
    for (let way = 0; way < ways; way++) rest -= gains[way]! * played[from + way + i]!;
    return rest;
  });
}

/** The products of all stretches of `played` that ways bring to the ear, row after row. */
function likenessOfWays(
  played: Float64Array,
  { from, ways, length }: { readonly from: number; readonly ways: number; readonly length: number },
): Float64Array {
  const matrix = new Float64Array(ways * ways);
  const end = from + length;
  for (let column = 0; column < ways; column++) {
    let product = 0;
    for (let i = 0; i < length; i++) product += played[from + i]! * played[from + column + i]!;
    for (let row = 0; row + column < ways; row++) {
      if (row > 0) {
        product -= played[from + row - 1]! * played[from + row - 1 + column]!;
        product += played[end + row - 1]! * played[end + row - 1 + column]!;
      }
      matrix[row * ways + row + column] = product;
      matrix[(row + column) * ways + row] = product;
    }
  }
  for (let way = 0; way < ways; way++) matrix[way * ways + way]! *= 1 + RIDGE;
  return matrix;
}

/** Solves a symmetric positive definite system by Cholesky's decomposition, in place. */
function solved(matrix: Float64Array, right: Float64Array): Float64Array {
  const size = right.length;
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      let sum = matrix[row * size + column]!;
      for (let k = 0; k < column; k++) sum -= matrix[row * size + k]! * matrix[column * size + k]!;
      if (row > column) matrix[row * size + column] = sum / matrix[column * size + column]!;
      else matrix[row * size + row] = Math.sqrt(Math.max(sum, Number.MIN_VALUE));
    }
  }
  for (let row = 0; row < size; row++) {
    for (let k = 0; k < row; k++) right[row]! -= matrix[row * size + k]! * right[k]!;
    right[row]! /= matrix[row * size + row]!;
  }
  for (let row = size - 1; row >= 0; row--) {
    for (let k = row + 1; k < size; k++) right[row]! -= matrix[k * size + row]! * right[k]!;
    right[row]! /= matrix[row * size + row]!;
  }
  return right;
}

function productOf(left: Float64Array, right: Float64Array, rightAt: number): number {
  let product = 0;
  for (let i = 0; i < left.length; i++) product += left[i]! * right[rightAt + i]!;
  return product;
}

function powerOf(samples: Float64Array, from: number, length: number): number {
  let power = 0;
  for (let i = from; i < from + length; i++) power += samples[i]! ** 2;
  return power;
}
